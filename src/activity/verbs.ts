/** What is recorded, by noun, in the order in which a filter offers the nouns. Words are `activity.verb.<verb>`. */
export const verbs = [
  'plan.submitted',
  'packs.retrieved',
  'report.made',
  'privilege.granted',
  'privilege.removed',
  'privilege.asked',
  'review.opened',
  'review.finished',
  'person.invited',
  'invitation.withdrawn',
  'person.joined',
  'person.left',
  'person.removed',
  'person.second-factor-required',
  'person.second-factor-optional',
  'association.confirmed',
  'association.refused',
  'upgrade.approved',
  'supervisor.asked',
  'supervisor.named',
  'desk-request.declined',
  'desk-request.questioned',
  'desk-request.answered',
  'account.registered',
  'account.signed-in',
  'account.password-changed',
  'account.profile-changed',
  'account.email-change-asked',
  'account.email-changed',
  'account.session-ended',
  'account.other-sessions-ended',
  'account.second-factor-set-up',
  'account.second-factor-removed',
  'account.recovery-code-used',
  'account.recovery-codes-replaced',
  'account.issuer-linked',
  'account.issuer-unlinked',
  'account.deleted',
] as const

export type Verb = (typeof verbs)[number]

/** The nouns of the verbs: 'plan', 'privilege'… Words are `activity.noun.<noun>`. */
export const nouns = [...new Set(verbs.map((verb) => verb.split('.')[0]!))]

export function isVerb(text: string): text is Verb {
  return (verbs as readonly string[]).includes(text)
}
