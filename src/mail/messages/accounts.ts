import type { Translate } from '../../web/i18n.ts'
import type { Message, Messages, Said } from '../message.ts'

/** A message of words alone, and a link where it leads on; `path` may take the mail's one-time token. */
function letter(name: string, why: 'typed' | 'account', path?: (token: string) => string): Message {
  return ({ params }, t, baseUrl) => {
    const said = words(t, name, params)
    const reason = t(`accounts.mail.why.${why}`, { publisher: params.publisher })
    if (!path) return { ...said, reason }
    const href = baseUrl + path(String(params.token))
    return { ...said, link: { text: t(`accounts.mail.${name}.link`), href }, reason }
  }
}

function words(
  t: Translate,
  name: string,
  params: Record<string, unknown>,
): Pick<Said, 'subject' | 'paragraphs' | 'after'> {
  return {
    subject: t(`accounts.mail.${name}.subject`, params),
    paragraphs: [t(`accounts.mail.${name}.text`, params)],
    after: [t(`accounts.mail.${name}.more`, params)],
  }
}

export const accountMessages = {
  'confirm-address': letter('confirmAddress', 'typed', (token) => `/register/${token}`),
  'already-registered': letter('alreadyRegistered', 'typed', (token) => `/password/${token}`),
  'password-forgotten': letter('passwordForgotten', 'typed', (token) => `/password/${token}`),
  'no-account': letter('noAccount', 'typed', (token) => `/register/${token}`),
  'sign-in-by-issuer': letter('byIssuer', 'typed', () => '/sign-in'),
  'password-changed': letter('passwordChanged', 'account', () => '/forgotten-password'),
  'email-change-old': letter('emailChangeOld', 'account', (token) => `/email-change/${token}`),
  'email-change-new': letter('emailChangeNew', 'typed', (token) => `/email-change/${token}`),
  'email-change-taken': letter('emailChangeTaken', 'typed'),
  'email-changed': letter('emailChanged', 'account', () => '/account'),
  'account-deleted': letter('accountDeleted', 'account'),
} satisfies Messages
