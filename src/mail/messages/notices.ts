import type { Message, Messages } from '../message.ts'

/** What was just done to the receiver's account; params: publisher, and what the words of that notice take. */
function notice(name: string): Message {
  return ({ params }, t, baseUrl) => ({
    subject: t(`notices.${name}.subject`, params),
    paragraphs: [t(`notices.${name}.text`, { by: 'owner', ...params })],
    link: { text: t('notices.choosePassword'), href: `${baseUrl}/forgotten-password` },
    after: [t('notices.notYou')],
    reason: t('accounts.mail.why.account', { publisher: params.publisher }),
  })
}

export const noticeMessages = {
  /** Other sessions ended with it. */
  'second-factor-set-up': notice('secondFactorSetUp'),
  /** params: by, 'operator' where it was a command. */
  'second-factor-removed': notice('secondFactorRemoved'),
  'recovery-codes-replaced': notice('recoveryCodesReplaced'),
  /** params: left, how many codes. */
  'recovery-code-used': notice('recoveryCodeUsed'),
  /** params: issuer, its name. */
  'issuer-linked': notice('issuerLinked'),
  /** params: issuer; by, 'operator' where it was a command. */
  'issuer-unlinked': notice('issuerUnlinked'),
  'sessions-ended': notice('sessionsEnded'),
} satisfies Messages
