import type { End } from '../../notifications/ends.ts'
import type { Digest } from '../../notifications/remind.ts'
import { formatRequestNumber } from '../../requests/number.ts'
import type { MailToSay, Message, Messages } from '../message.ts'

type Say = Parameters<Message>[1]
type Kind = End['kind']

export const notificationMessages = {
  'company-request': ({ params, customerNumber, customerName }, t, baseUrl) => {
    const number = formatRequestNumber(Number(params['number']))
    const kind = t(`requests.kind.${params['kind']}`)
    const by = params['by'] || t('notifications.mail.companyRequest.someone')
    return {
      subject: t('notifications.mail.companyRequest.subject', { number }),
      paragraphs: [
        t('notifications.mail.companyRequest.text', { number, kind, by, customerNumber, customerName }),
      ],
      link: {
        text: t('notifications.mail.companyRequest.link'),
        href: `${baseUrl}/c/${customerNumber}/requests/${params['number']}`,
      },
      reason: t('notifications.mail.companyRequest.why'),
    }
  },

  'expiry-reminder': (mail, t, baseUrl) => {
    const { customerNumber, customerName } = mail
    const { licenses, contracts } = mail.params as Digest
    const company = { customerNumber, customerName }
    return {
      subject: t('notifications.mail.expiry.subject', { count: licenses + contracts, ...company }),
      paragraphs: [t('notifications.mail.expiry.text', company)],
      lists: [
        ...listOf('license', licenses, mail, t, baseUrl),
        ...listOf('maintenance', contracts, mail, t, baseUrl),
      ],
      link: {
        text: t('notifications.mail.expiry.link'),
        href: `${baseUrl}/c/${customerNumber}/licenses?show=expiring`,
      },
      reason: t('notifications.mail.expiry.why'),
    }
  },

  'over-placed': ({ params, customerNumber, customerName }, t, baseUrl) => {
    const facts = { count: Number(params['count']), customerNumber, customerName }
    return {
      subject: t('notifications.mail.overPlaced.subject', facts),
      paragraphs: [t('notifications.mail.overPlaced.text', facts), t('notifications.mail.overPlaced.how')],
      link: {
        text: t('notifications.mail.overPlaced.link'),
        href: `${baseUrl}/c/${customerNumber}/licenses?show=over-placed`,
      },
      reason: t('notifications.mail.overPlaced.why', facts),
    }
  },

  'desk-over-placed': ({ params }, t, baseUrl) => ({
    subject: t('notifications.mail.overPlaced.deskSubject', params),
    paragraphs: [t('notifications.mail.overPlaced.deskText', params)],
    link: {
      text: t('desk.mail.openCustomer'),
      href: `${baseUrl}/desk/customers/${params['customerNumber']}`,
    },
    reason: t('desk.mail.whyStaff'),
  }),
} satisfies Messages

function listOf(kind: Kind, count: number, mail: MailToSay, t: Say, baseUrl: string) {
  if (count === 0) return []
  const { ends, today } = mail.params as Digest
  const named = ends.filter((end) => end.kind === kind)
  const items: { text: string; href?: string }[] = named.map((end) => {
    const text = lineOf(end, mail, t)
    return {
      text: end.endsOn < today ? t('notifications.mail.expiry.ended', { text }) : text,
      href: `${baseUrl}/c/${mail.customerNumber}/licenses${tailOf(end)}`,
    }
  })
  const more = count - named.length
  if (more > 0) items.push({ text: t('notifications.mail.expiry.more', { count: more }) })
  const heading = t(`notifications.mail.expiry.${kind === 'license' ? 'licenses' : 'contracts'}`, { count })
  return [{ heading, items }]
}

function lineOf(end: End, { format }: MailToSay, t: Say): string {
  const { kind, quantity, product, partNumber, contractNumber: contract } = end
  const date = format.date(end.endsOn)
  if (kind === 'maintenance') return t('notifications.mail.expiry.contract', { date, contract })
  const words = { date, quantity, product, partNumber }
  return contract
    ? t('notifications.mail.expiry.licenseOfContract', { ...words, contract })
    : t('notifications.mail.expiry.license', words)
}

function tailOf({ kind, partNumber, contractNumber }: End): string {
  return kind === 'license'
    ? `/${encodeURIComponent(partNumber)}`
    : `?text=${encodeURIComponent(contractNumber)}`
}
