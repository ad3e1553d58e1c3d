import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import { formatFor } from '../web/format.ts'
import { isLocale, translator } from '../web/i18n.ts'
import type { Message } from './message.ts'
import { type MailTemplate, messages } from './messages.ts'
import { plainText } from './plain-text.ts'

const views = fileURLToPath(new URL('../../views/', import.meta.url))
const eta = new Eta({ views, cache: true, autoFilter: true, filterFunction: (value) => String(value ?? '') })

export type MailToRender = {
  language: string
  template: MailTemplate
  params: Record<string, unknown>
  personName: string
  customerNumber: string
  customerName: string
  /** Of the receiver; the publisher's where they chose none. */
  timeZone?: string | null
  /** Where the receiver turns messages like this one off. */
  unsubscribe?: string | undefined
}

export type Surroundings = {
  publisher: string
  baseUrl: string
  timeZone?: string
  /** Someone reads what is answered. */
  canAnswer?: boolean
}

export type RenderedMail = { subject: string; text: string; html: string }

/** A message's words, in the receiver's language, as plain text and as HTML. */
export function renderMail(mail: MailToRender, where: Surroundings): RenderedMail {
  const { publisher, baseUrl, timeZone = 'UTC', canAnswer = false } = where
  const locale = isLocale(mail.language) ? mail.language : 'en'
  const t = translator(locale)
  const message: Message = messages[mail.template]
  const said = message({ ...mail, locale, format: formatFor(locale, mail.timeZone ?? timeZone) }, t, baseUrl)
  const subject = oneLine(said.subject)
  const greeting = mail.personName
    ? t('mail.greeting', { name: oneLine(mail.personName) })
    : t('mail.greetingPlain')
  const { unsubscribe } = mail
  const framed = { ...said, t, greeting, publisher, baseUrl, canAnswer, unsubscribe }
  return {
    subject,
    text: plainText(framed),
    html: eta.render('mail/message', { ...framed, subject, locale }),
  }
}

// A name from a publisher's file may hold a line break: in a header it would begin another one.
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}
