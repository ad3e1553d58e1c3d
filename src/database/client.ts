import postgres from 'postgres'

/** One connection taken out of the pool; `release` gives it back, `destroy` (ours) cuts it off at once. */
export type Reserved = postgres.ReservedSql & { destroy(): void }

export type ClientOptions = {
  url: string
  max: number
  prepare: boolean
  applicationName: string
  /** Limits the server keeps for each statement, in milliseconds; without it none. */
  limitMs?: number
  types?: Record<string, postgres.PostgresType>
}

/** Whether the driver has our patch: without it a lost connection ends the process, or commits half an act. */
export function isPatched(): boolean {
  return 'rejectsAfterLoss' in postgres
}

/** A postgres.js client that gives up on connecting within seconds and tries again at least twice a second. */
export function openClient({
  url,
  max,
  prepare,
  applicationName,
  limitMs,
  types,
}: ClientOptions): postgres.Sql {
  if (!isPatched()) {
    throw new Error(
      'The database driver (node_modules/postgres) lacks the patch that makes it safe when a connection is lost. ' +
        'Run "npx patch-package", or "npm ci" without --ignore-scripts, and start again.',
    )
  }
  return postgres(url, {
    max,
    prepare,
    types: types ?? {},
    connect_timeout: 3,
    backoff: (tries) => Math.min(0.02 * 2 ** tries, 0.5) * (0.5 + Math.random() / 2),
    onnotice: () => {},
    connection: {
      application_name: applicationName,
      // Behind pgbouncer (no prepared statements) such parameters are refused; a transaction sets them itself.
      ...(limitMs !== undefined && prepare ? { ...serverLimits(limitMs), ...onePlan } : {}),
    },
  })
}

// Each of our statements is one shape of question, filters included: planned once, not at every call (which takes
// longer than running it, with the policies of row-level security woven in). The list of customers in these policies
// counts as ten to the planner: a row by its key then looks dearer than merging whole tables, which grow.
const onePlan = { plan_cache_mode: 'force_generic_plan', enable_mergejoin: 'off', jit: 'off' }

/** What the server itself keeps to, should we be unable to: a little later than our own deadline. */
export function serverLimits(deadlineMs: number): Record<string, number> {
  return {
    statement_timeout: deadlineMs,
    lock_timeout: Math.ceil(deadlineMs * 0.8),
    idle_in_transaction_session_timeout: deadlineMs + 1000,
  }
}
