import { formatRequestNumber } from '../../requests/number.ts'
import type { MailToSay, Messages } from '../message.ts'

type Say = Parameters<Messages[string]>[1]

function named({ params }: MailToSay, t: Say) {
  return {
    number: formatRequestNumber(Number(params['number'])),
    kind: t(`requests.kind.${params['kind']}`),
  }
}

/** What somebody wrote, as paragraphs of its own. */
const written = (text: unknown) =>
  String(text ?? '')
    .split(/\n\s*\n/)
    .filter(Boolean)

/** A plan without a name goes by its tool's. */
function handed({ params }: MailToSay, t: Say) {
  return { by: params['by'], name: params['name'] || t(`plans.tool.${params['tool']}`) }
}

/** A request of a person before any customer has its own address; one of a company stands under that. */
function linkTo({ params, customerNumber }: MailToSay, baseUrl: string, isOfCompany: boolean): string {
  return `${baseUrl}${isOfCompany ? `/c/${customerNumber}` : ''}/requests/${params['number']}`
}

function declined(isOfCompany: boolean): Messages[string] {
  return (mail, t, baseUrl) => ({
    subject: t('requests.mail.declined.subject', named(mail, t)),
    paragraphs: [
      t('requests.mail.declined.text', named(mail, t)),
      ...(mail.params['reason'] === 'other' ? [] : [t(`requests.reason.${mail.params['reason']}`)]),
      ...written(mail.params['text']),
    ],
    link: { text: t('requests.mail.see'), href: linkTo(mail, baseUrl, isOfCompany) },
    reason: t('requests.mail.why'),
  })
}

function wrote(what: 'question' | 'message', isOfCompany: boolean): Messages[string] {
  return (mail, t, baseUrl) => ({
    subject: t(`requests.mail.${what}.subject`, named(mail, t)),
    paragraphs: [t(`requests.mail.${what}.text`, named(mail, t)), ...written(mail.params['text'])],
    link: { text: t('requests.mail.answer'), href: linkTo(mail, baseUrl, isOfCompany) },
    reason: t('requests.mail.why'),
  })
}

export const requestMessages = {
  'request-completed': ({ params, customerNumber, customerName }, t, baseUrl) => {
    const number = formatRequestNumber(Number(params.number))
    const kind = t(`requests.kind.${params.kind}`)
    return {
      subject: t('mail.requestCompleted.subject', { number }),
      paragraphs: [t('mail.requestCompleted.text', { number, kind, customerNumber, customerName })],
      link: {
        text: t('mail.requestCompleted.link'),
        href: `${baseUrl}/c/${customerNumber}/requests/${params.number}`,
      },
      reason: t('mail.requestCompleted.why'),
    }
  },
  'request-held': (mail, t, baseUrl) => ({
    subject: t('requests.mail.held.subject', named(mail, t)),
    paragraphs: [t(`requests.mail.held.${mail.params['next']}`, named(mail, t))],
    link: { text: t('requests.mail.see'), href: linkTo(mail, baseUrl, true) },
    reason: t('requests.mail.why'),
  }),
  'approval-asked': (mail, t, baseUrl) => ({
    subject: t('requests.mail.approval.subject', { ...named(mail, t), by: mail.params['by'] }),
    paragraphs: [t('requests.mail.approval.text', { ...named(mail, t), by: mail.params['by'] })],
    link: { text: t('requests.mail.approval.link'), href: linkTo(mail, baseUrl, true) },
    reason: t('requests.mail.approval.why', { customerName: mail.customerName }),
  }),
  'plan-handed': (mail, t, baseUrl) => ({
    subject: t('requests.mail.handed.subject', handed(mail, t)),
    paragraphs: [t('requests.mail.handed.text', handed(mail, t))],
    link: {
      text: t('requests.mail.handed.link'),
      href: `${baseUrl}/c/${mail.customerNumber}/plans/${mail.params['planId']}`,
    },
    reason: t('requests.mail.approval.why', { customerName: mail.customerName }),
  }),
  'request-packs': (mail, t, baseUrl) => ({
    subject: t('requests.mail.packs.subject', named(mail, t)),
    paragraphs: [
      t('requests.mail.packs.text', {
        ...named(mail, t),
        customerNumber: mail.customerNumber,
        customerName: mail.customerName,
      }),
      mail.params['file']
        ? t('requests.mail.packs.attached', { packs: mail.params['packs'], file: mail.params['file'] })
        : t(mail.params['isTheirs'] ? 'requests.mail.packs.tooLarge' : 'requests.mail.packs.linked'),
      ...(mail.params['file'] ? [t('requests.replaceOld')] : []),
    ],
    link: { text: t('requests.mail.see'), href: linkTo(mail, baseUrl, true) },
    reason: t('requests.mail.packs.why'),
  }),
  'request-declined': declined(true),
  'request-question': wrote('question', true),
  'request-message': wrote('message', true),
  'account-request-declined': declined(false),
  'account-request-question': wrote('question', false),
  'account-request-message': wrote('message', false),
  'upgrade-approved': (mail, t, baseUrl) => {
    const { customerNumber, customerName, params } = mail
    const privileges = (params['privileges'] as string[]).map((one) => t(`privileges.${one}`))
    return {
      subject: t('requests.mail.approved.subject', { ...named(mail, t), customerNumber, customerName }),
      paragraphs: [
        t('requests.mail.approved.text', { ...named(mail, t), customerNumber, customerName }),
        ...(params['awaits'] ? [t('requests.mail.approved.awaits')] : []),
        ...(privileges.length
          ? [t('requests.mail.approved.privileges', { privileges: privileges.join(', ') })]
          : []),
      ],
      link: { text: t('requests.mail.approved.link'), href: `${baseUrl}/c/${customerNumber}` },
      reason: t('requests.mail.why'),
    }
  },
  'association-confirmed': ({ customerNumber, customerName }, t, baseUrl) => ({
    subject: t('requests.mail.vouched.subject', { customerNumber, customerName }),
    paragraphs: [t('requests.mail.vouched.text', { customerNumber, customerName })],
    link: { text: t('requests.mail.approved.link'), href: `${baseUrl}/c/${customerNumber}` },
    reason: t('requests.mail.why'),
  }),
  'supervisor-request-completed': (mail, t, baseUrl) => ({
    subject: t('requests.mail.named.subject', named(mail, t)),
    paragraphs: [t('requests.mail.named.text', { ...named(mail, t), name: mail.params['name'] })],
    link: { text: t('requests.mail.see'), href: linkTo(mail, baseUrl, false) },
    reason: t('requests.mail.why'),
  }),
} satisfies Messages
