import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import { formatRequestNumber } from '../requests/number.ts'
import { isLocale, translator } from '../web/i18n.ts'
import type { MailTemplate } from './outbox.ts'

const views = fileURLToPath(new URL('../../views/', import.meta.url))
const html = new Eta({ views, cache: true, autoFilter: true, filterFunction: (value) => String(value ?? '') })
const plain = html.withConfig({ autoEscape: false })

export type MailToRender = {
  language: string
  template: MailTemplate
  params: Record<string, unknown>
  personName: string
  customerNumber: string
  customerName: string
}

export type Surroundings = { publisher: string; baseUrl: string }

export type RenderedMail = { subject: string; text: string; html: string }

/** A message's words, in the receiver's language, as plain text and as HTML. */
export function renderMail(mail: MailToRender, { publisher, baseUrl }: Surroundings): RenderedMail {
  const locale = isLocale(mail.language) ? mail.language : 'en'
  const t = translator(locale)
  const words = subjects[mail.template](mail, t, baseUrl)
  const data = { ...mail, ...words, t, locale, publisher }
  return {
    subject: words.subject,
    text: plain.render(`mail/${mail.template}-text`, data),
    html: html.render(`mail/${mail.template}`, data),
  }
}

type Words = { subject: string; [name: string]: string }
type Compose = (mail: MailToRender, t: ReturnType<typeof translator>, baseUrl: string) => Words

const subjects: Record<MailTemplate, Compose> = {
  'request-completed': ({ params, customerNumber, customerName }, t, baseUrl) => {
    const number = formatRequestNumber(Number(params.number))
    const kind = t(`requests.kind.${params.kind}`)
    return {
      subject: t('mail.requestCompleted.subject', { number }),
      said: t('mail.requestCompleted.text', { number, kind, customerNumber, customerName }),
      href: `${baseUrl}/c/${customerNumber}/requests/${params.number}`,
    }
  },
}
