/** What is recorded, by noun, in the order in which a filter offers the nouns. Words are `activity.verb.<verb>`. */
export const verbs = [
  'plan.submitted',
  'plan.approved',
  'plan.declined',
  'plan.handed',
  'plan.approval-required',
  'plan.approval-optional',
  'temporary.ended',
  'packs.retrieved',
  'packs.mailed',
  'receipt.made',
  'receipt.revoked',
  'report.made',
  'host.decommissioned',
  'host.recommissioned',
  'host.note-added',
  'host.note-removed',
  'host.caretaker-set',
  'address.company-changed',
  'address.host-changed',
  'privilege.granted',
  'privilege.removed',
  'privilege.asked',
  'privilege.declined',
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
  'upgrade.declined',
  'upgrade.questioned',
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
  'setting.changed',
  'staff.added',
  'staff.second-factor-removed',
  'issuer.added',
  'issuer.changed',
  'issuer.removed',
  'key.created',
  'import.done',
] as const

export type Verb = (typeof verbs)[number]

/** The nouns of the verbs: 'plan', 'privilege'… Words are `activity.noun.<noun>`. */
export const nouns = [...new Set(verbs.map((verb) => verb.split('.')[0]!))]

const ofPublisher = new Set(['setting', 'staff', 'issuer', 'key', 'import'])

/** Those of them that a company's or a person's record can hold. */
export const companyNouns = nouns.filter((noun) => !ofPublisher.has(noun))

export function isVerb(text: string): text is Verb {
  return (verbs as readonly string[]).includes(text)
}
