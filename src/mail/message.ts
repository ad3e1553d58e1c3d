import type { Format } from '../web/format.ts'
import type { Locale, Translate } from '../web/i18n.ts'

/** A stored mail as its message sees it. Of a mail that belongs to no company, the customer's fields are ''. */
export type MailToSay = {
  language: string
  locale: Locale
  /** In the receiver's language and the time zone of their account, else the publisher's. */
  format: Format
  params: Record<string, unknown>
  /** '' where the receiver has no account, or gave no name. */
  personName: string
  customerNumber: string
  customerName: string
}

export type Said = {
  /** One line. */
  subject: string
  paragraphs: string[]
  lists?: { heading?: string; items: { text: string; href?: string }[] }[]
  /** What to do next; the address is also shown as text. */
  link?: { text: string; href: string }
  /** Said under the last link, where more needs saying. */
  after?: string[]
  /** Why the receiver gets it: stands in the foot. */
  reason: string
}

/** `baseUrl` has no trailing slash. */
export type Message = (mail: MailToSay, t: Translate, baseUrl: string) => Said

/** The messages of a noun; a key is the template's name. */
export type Messages = Record<string, Message>
