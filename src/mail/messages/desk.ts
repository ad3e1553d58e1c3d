import { formatRequestNumber } from '../../requests/number.ts'
import type { MailToSay, Message, Messages } from '../message.ts'

type Say = Parameters<Message>[1]

/** What the words of these messages take: who, which request, which company. */
function facts({ params, customerNumber, customerName }: MailToSay, t: Say) {
  return {
    customerNumber,
    customerName,
    ...params,
    number: formatRequestNumber(Number(params['number'] ?? 0)),
    kind: params['kind'] ? t(`requests.kind.${params['kind']}`) : '',
  }
}

const written = (text: unknown) =>
  String(text ?? '')
    .split(/\n\s*\n/)
    .filter(Boolean)

/** To the publisher's staff. */
function toDesk(what: 'waits' | 'message', text: 'word' | 'text'): Message {
  return (mail, t, baseUrl) => ({
    subject: t(`desk.mail.${what}.subject`, facts(mail, t)),
    paragraphs: [t(`desk.mail.${what}.text`, facts(mail, t)), ...written(mail.params[text])],
    link: { text: t('desk.mail.open'), href: `${baseUrl}/desk/requests/${mail.params['number']}` },
    reason: t('desk.mail.whyStaff'),
  })
}

/** To the supervisors of a company whom somebody asks to be let in. */
function toSupervisors(what: 'upgrade' | 'upgradeMessage', text: 'word' | 'text'): Message {
  return (mail, t, baseUrl) => ({
    subject: t(`desk.mail.${what}.subject`, facts(mail, t)),
    paragraphs: [t(`desk.mail.${what}.text`, facts(mail, t)), ...written(mail.params[text])],
    link: {
      text: t('desk.mail.decide'),
      href: `${baseUrl}/c/${mail.customerNumber}/upgrades/${mail.params['number']}`,
    },
    reason: t('desk.mail.whySupervisor', facts(mail, t)),
  })
}

function aboutNewcomer(what: 'newcomer' | 'newcomerRefused'): Message {
  return (mail, t, baseUrl) => ({
    subject: t(`desk.mail.${what}.subject`, facts(mail, t)),
    paragraphs: [t(`desk.mail.${what}.text`, facts(mail, t))],
    link: {
      text: t('desk.mail.openCustomer'),
      href: `${baseUrl}/desk/customers/${mail.params['customerNumber']}`,
    },
    reason: t('desk.mail.whyStaff'),
  })
}

export const deskMessages = {
  'desk-request-waits': toDesk('waits', 'word'),
  'desk-message': toDesk('message', 'text'),
  'desk-newcomer': aboutNewcomer('newcomer'),
  'desk-newcomer-refused': aboutNewcomer('newcomerRefused'),
  'upgrade-waits': toSupervisors('upgrade', 'word'),
  'upgrade-message': toSupervisors('upgradeMessage', 'text'),
  'newcomer-joined': (mail, t, baseUrl) => ({
    subject: t('desk.mail.joined.subject', facts(mail, t)),
    paragraphs: [t('desk.mail.joined.text', facts(mail, t)), t('desk.mail.joined.confirm')],
    link: { text: t('desk.mail.joined.link'), href: `${baseUrl}/c/${mail.customerNumber}/newcomers` },
    reason: t('desk.mail.whyContact', facts(mail, t)),
  }),
  'supervisor-named': (mail, t, baseUrl) => ({
    subject: t('desk.mail.named.subject', facts(mail, t)),
    paragraphs: [
      t('desk.mail.named.text', facts(mail, t)),
      t(mail.params['isFirst'] ? 'desk.mail.named.first' : 'desk.mail.named.further'),
    ],
    link: { text: t('desk.mail.named.link'), href: `${baseUrl}/c/${mail.customerNumber}` },
    reason: t('desk.mail.whyContact', facts(mail, t)),
  }),
} satisfies Messages
