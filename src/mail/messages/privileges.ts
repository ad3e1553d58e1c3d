import type { Held } from '../../privileges/check-changes.ts'
import { type Privilege, privilegeList } from '../../privileges/list.ts'
import { formatRequestNumber } from '../../requests/number.ts'
import type { Translate } from '../../web/i18n.ts'
import type { MailToSay, Messages, Said } from '../message.ts'

type Lists = NonNullable<Said['lists']>

export const privilegeMessages = {
  /** params: before, after (Held), by (a name or ''), number (of the request). */
  'privileges-changed': (mail, t, baseUrl) => {
    const { params, customerNumber, customerName } = mail
    const [before, after] = [params.before as Held, params.after as Held]
    return {
      subject: t('privileges.mail.changed.subject', { number: customerNumber }),
      paragraphs: [t('privileges.mail.changed.text', { by: byName(mail, t), customerNumber, customerName })],
      lists: [
        ...listOf(
          t('privileges.mail.given'),
          givenBy(before, after).map((one) => inWords(one, after, mail, t)),
        ),
        ...takenAndNow(before, after, mail, t),
      ],
      ...seeRequest(mail, t, baseUrl),
      reason: t('privileges.mail.reason', { customerNumber, customerName }),
    }
  },
  /** params: before (Held), by, number. */
  'privileges-removed': (mail, t) => {
    const { params, customerNumber, customerName } = mail
    const before = params.before as Held
    const had = privilegeList.filter((one) => before[one]).map((one) => t(`privileges.${one}`))
    return {
      subject: t('privileges.mail.removed.subject', { number: customerNumber }),
      paragraphs: [t('privileges.mail.removed.text', { by: byName(mail, t), customerNumber, customerName })],
      lists: listOf(t('privileges.mail.removed.had'), had),
      after: [t('privileges.mail.removed.after', { number: formatRequestNumber(Number(params.number)) })],
      reason: t('privileges.mail.removed.reason', { customerNumber, customerName }),
    }
  },
  /** To each supervisor. params: by (a name), privilege, why, number. */
  'privilege-asked': (mail, t, baseUrl) => {
    const { params, customerNumber, customerName } = mail
    const by = byName(mail, t)
    const privilege = t(`privileges.${params.privilege}`)
    const why = String(params.why ?? '')
    return {
      subject: t('privileges.mail.asked.subject', { by, privilege }),
      paragraphs: [
        t('privileges.mail.asked.text', { by, privilege, customerNumber, customerName }),
        ...(why ? [t('privileges.mail.quoted', { text: why })] : []),
      ],
      link: {
        text: t('privileges.mail.asked.link'),
        href: `${baseUrl}/c/${customerNumber}/people/asked/${params.number}`,
      },
      reason: t('privileges.mail.supervisorReason', { customerNumber, customerName }),
    }
  },
  /** To who asked. params: privilege, outcome, word, by, number; where something has changed also before, after. */
  'privilege-answered': (mail, t, baseUrl) => {
    const { params, customerNumber, customerName } = mail
    const asked = params.privilege as Privilege
    const privilege = t(`privileges.${asked}`)
    const outcome = params.outcome === 'granted' ? 'granted' : 'declined'
    const word = String(params.word ?? '')
    const [before, after] = [params.before as Held | undefined, params.after as Held | undefined]
    return {
      subject: t(`privileges.mail.answered.${outcome}.subject`, { privilege }),
      paragraphs: [
        t(`privileges.mail.answered.${outcome}.text`, {
          by: byName(mail, t),
          privilege,
          customerNumber,
          customerName,
        }),
        ...(word ? [t('privileges.mail.quoted', { text: word })] : []),
      ],
      ...(before && after && { lists: besides(asked, before, after, mail, t) }),
      ...seeRequest(mail, t, baseUrl),
      reason: t('privileges.mail.askedReason'),
    }
  },
  /** To each supervisor. params: number, reminder (0: opened, 1 and 2: after 14 and 28 days). */
  'review-open': (mail, t, baseUrl) => {
    const { params, customerNumber, customerName } = mail
    const reminder = Number(params.reminder)
    return {
      subject: t('privileges.mail.review.subject', { reminder, customerNumber }),
      paragraphs: [t('privileges.mail.review.text', { reminder, customerNumber, customerName })],
      link: {
        text: t('privileges.mail.review.link'),
        href: `${baseUrl}/c/${customerNumber}/people/reviews/${params.number}`,
      },
      reason: t('privileges.mail.supervisorReason', { customerNumber, customerName }),
    }
  },
  /** To an address; belongs to no company. params: by, privileges ([{ privilege, until }]), customerNumber, customerName, token, expires. */
  invitation: (mail, t, baseUrl) => {
    const { params, format } = mail
    const { customerNumber, customerName } = params as Record<string, string>
    const privileges = params.privileges as { privilege: Privilege; until: string | null }[]
    const held: Held = Object.fromEntries(privileges.map(({ privilege, until }) => [privilege, { until }]))
    return {
      subject: t('privileges.mail.invitation.subject', { name: customerName }),
      paragraphs: [
        t('privileges.mail.invitation.text', { by: byName(mail, t), customerNumber, customerName }),
      ],
      lists: listOf(
        t('privileges.mail.invitation.with'),
        privileges.map(({ privilege }) => inWords(privilege, held, mail, t)),
        t('privileges.mail.invitation.without'),
      ),
      link: { text: t('privileges.mail.invitation.link'), href: `${baseUrl}/invitations/${params.token}` },
      after: [t('privileges.mail.invitation.after', { date: format.time(new Date(String(params.expires))) })],
      reason: t('privileges.mail.invitation.reason'),
    }
  },
} satisfies Messages

const givenBy = (before: Held, after: Held) =>
  privilegeList.filter((one) => after[one] && !same(before[one], after[one]))

function takenAndNow(before: Held, after: Held, mail: MailToSay, t: Translate): Lists {
  const taken = privilegeList.filter((one) => before[one] && !after[one])
  return [
    ...listOf(
      t('privileges.mail.taken'),
      taken.map((one) => t(`privileges.${one}`)),
    ),
    ...listOf(
      t('privileges.mail.now'),
      privilegeList.filter((one) => after[one]).map((one) => inWords(one, after, mail, t)),
      t('privileges.mail.nothing'),
    ),
  ]
}

/** What else has changed with the privilege that was asked for, and what is now held. */
function besides(asked: Privilege, before: Held, after: Held, mail: MailToSay, t: Translate): Lists {
  const others = givenBy(before, after).filter((one) => one !== asked)
  const more = others.map((one) => inWords(one, after, mail, t))
  return [...listOf(t('privileges.mail.alsoGiven'), more), ...takenAndNow(before, after, mail, t)]
}

function same(one: Held[Privilege], other: Held[Privilege]): boolean {
  return Boolean(one) === Boolean(other) && one?.until === other?.until
}

function inWords(privilege: Privilege, held: Held, { format }: MailToSay, t: Translate): string {
  const until = held[privilege]?.until
  const name = t(`privileges.${privilege}`)
  return until ? t('privileges.withUntil', { privilege: name, date: format.date(until) }) : name
}

function byName({ params }: MailToSay, t: Translate): string {
  return String(params.by || t('privileges.someone'))
}

function listOf(heading: string, items: string[], otherwise?: string): Lists {
  if (items.length === 0) return otherwise ? [{ items: [{ text: otherwise }] }] : []
  return [{ heading, items: items.map((text) => ({ text })) }]
}

function seeRequest(
  { params, customerNumber }: MailToSay,
  t: Translate,
  baseUrl: string,
): Pick<Said, 'link'> {
  const number = formatRequestNumber(Number(params.number))
  return {
    link: {
      text: t('privileges.mail.request', { number }),
      href: `${baseUrl}/c/${customerNumber}/requests/${params.number}`,
    },
  }
}
