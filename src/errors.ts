/** A sentence of the catalogue with its values; the failure page translates it. */
export type Params = Record<string, unknown>
export type ProblemKey = { field?: string; key: string; params?: Params }

/** What the application says no with: one of seven kinds, each an HTTP status. Anything else is a fault (500). */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.name = new.target.name
  }
}

/** Not there, or not for this person to know whether it is there. */
export class NotFound extends Refusal {
  constructor(message = 'not found') {
    super(404, message)
  }
}

/** In reach, but not allowed; the page names the way to get it. */
export class Forbidden extends Refusal {
  /** R10: any of these privileges would do; empty where no privilege opens it. */
  readonly needs: readonly string[]

  constructor(needs: readonly string[] = []) {
    super(403, 'forbidden')
    this.needs = needs
  }
}

/** Too often within a window of time, which ends in so many minutes: they stand in the sentence as `minutes`. */
export class TooMany extends Refusal {
  readonly minutes: number
  readonly key: string

  constructor(minutes: number, key: string) {
    super(429, key)
    this.minutes = minutes
    this.key = key
  }
}

/** What was sent cannot be accepted; every problem at once, so that one correction is enough. */
export class Invalid extends Refusal {
  readonly problems: ProblemKey[]

  constructor(problems: ProblemKey[]) {
    super(422, problems.map(({ key }) => key).join(', '))
    this.problems = problems
  }
}

/** The state is no longer the one the act assumed. */
export class Conflict extends Refusal {
  readonly key: string
  readonly params: Params | undefined

  constructor(key: string, params?: Params) {
    super(409, key)
    this.key = key
    this.params = params
  }
}

/** More was sent than the page takes. */
export class TooLarge extends Refusal {
  constructor() {
    super(413, 'too large')
  }
}

/** Something we depend on (the database, as a rule) does not answer in time; trying again later is right. */
export class Unavailable extends Refusal {
  constructor(message = 'unavailable', options?: ErrorOptions) {
    super(503, message, options)
  }
}
