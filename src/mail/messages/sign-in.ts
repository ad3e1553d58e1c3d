import { linkHours } from '../../sign-in/oidc/link-hours.ts'
import type { Messages } from '../message.ts'

export const signInMessages = {
  'confirm-single-sign-on': ({ params }, t, baseUrl) => {
    const { token, issuer } = params
    return {
      subject: t('single-sign-on.mail.subject', { issuer }),
      paragraphs: [t('single-sign-on.mail.text', { issuer })],
      link: { text: t('single-sign-on.mail.link'), href: `${baseUrl}/sign-in/link/${token}` },
      after: [t('single-sign-on.mail.not', { hours: linkHours })],
      reason: t('single-sign-on.mail.reason', { issuer }),
    }
  },
} satisfies Messages
