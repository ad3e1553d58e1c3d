/** Whoever does long work says so often that after a kill another takes it up within minutes, not at its latest end. */
const heartbeatSeconds = 60

/**
 * The queues and how each tries again. The owner's migration makes them (a queue of pg-boss is a table of its own,
 * which the application's role may not create).
 */
export const QUEUES = {
  /** Sends one mail; tries at growing intervals, up to four hours, for five days (mail/send.ts). */
  'send-mail': {
    policy: 'standard',
    retryLimit: 60,
    retryDelay: 10,
    retryDelayMax: 14_400,
    retryBackoff: true,
    expireInSeconds: 240,
  },
  /** Turn of the day: counts every customer for the new day. One waits at a time. */
  'count-customers': {
    policy: 'short',
    retryLimit: 5,
    retryDelay: 60,
    retryBackoff: true,
    expireInSeconds: 3600,
    heartbeatSeconds,
  },
  /** Turn of the day: ends temporary licenses. One waits at a time. */
  'temporary-licenses': {
    policy: 'short',
    retryLimit: 8,
    retryDelay: 60,
    retryBackoff: true,
    expireInSeconds: 3600,
    heartbeatSeconds,
  },
  /** Turn of the day: tells people what is about to end. One waits at a time. */
  'expiry-reminders': {
    policy: 'short',
    retryLimit: 8,
    retryDelay: 60,
    retryBackoff: true,
    expireInSeconds: 3600,
    heartbeatSeconds,
  },
  /** Opens yearly reviews of privileges and reminds of them. One waits at a time. */
  'yearly-reviews': {
    policy: 'short',
    retryLimit: 5,
    retryDelay: 60,
    retryBackoff: true,
    expireInSeconds: 3600,
    heartbeatSeconds,
  },
  /** Removes what has served its time. One waits at a time. */
  housekeeping: {
    policy: 'short',
    retryLimit: 3,
    retryDelay: 60,
    retryBackoff: true,
    expireInSeconds: 900,
    heartbeatSeconds,
  },
  /** An upgrade's proof to look at, its decline when it was wrong, word of what was written about a request. */
  'account-requests': {
    policy: 'standard',
    retryLimit: 10,
    retryDelay: 10,
    retryBackoff: true,
    expireInSeconds: 60,
  },
} as const

export type Queue = keyof typeof QUEUES

/** Schema of pg-boss, made by the owner from `getConstructionPlans(JOBS_SCHEMA)`. */
export const JOBS_SCHEMA = 'pgboss'
