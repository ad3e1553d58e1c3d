/** Why an issuer's word was not taken, and the status of the page that says so. */
const reasons = {
  denied: 403,
  expired: 400,
  unreachable: 503,
  untrue: 403,
  unverified: 403,
  domain: 403,
  otherAddress: 403,
  otherSubject: 403,
  otherPerson: 403,
  taken: 403,
  staff: 403,
  notFresh: 403,
} as const

/** Words: `single-sign-on.refused.<reason>`; nothing of the issuer's own text. */
export type Reason = keyof typeof reasons

export class SingleSignOnRefused extends Error {
  readonly reason: Reason

  /** `detail` is for the log. */
  constructor(reason: Reason, detail = '', options?: ErrorOptions) {
    super(`${reason}${detail && `: ${detail}`}`, options)
    this.reason = reason
  }
}

export function isReason(text: string): text is Reason {
  return Object.hasOwn(reasons, text)
}

export function statusOf(reason: Reason): number {
  return reasons[reason]
}
