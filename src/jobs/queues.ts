/**
 * The queues and how each tries again. The owner's migration makes them (a queue of pg-boss is a table of its own,
 * which the application's role may not create).
 */
export const QUEUES = {
  /** Sends one mail; tries for about two days. */
  'send-mail': {
    policy: 'standard',
    retryLimit: 14,
    retryDelay: 10,
    retryBackoff: true,
    expireInSeconds: 60,
  },
  /** Turn of the day: counts every customer for the new day. One waits at a time. */
  'count-customers': {
    policy: 'short',
    retryLimit: 5,
    retryDelay: 60,
    retryBackoff: true,
    expireInSeconds: 3600,
  },
  /** Removes what has served its time. One waits at a time. */
  housekeeping: { policy: 'short', retryLimit: 3, retryDelay: 60, retryBackoff: true, expireInSeconds: 900 },
} as const

export type Queue = keyof typeof QUEUES

/** Schema of pg-boss, made by the owner from `getConstructionPlans(JOBS_SCHEMA)`. */
export const JOBS_SCHEMA = 'pgboss'
