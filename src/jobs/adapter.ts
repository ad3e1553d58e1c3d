import type { Db } from '../db.ts'

/** What pg-boss asks of a database. */
export type JobsDatabase = {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
}

/**
 * Lets pg-boss run its statements in this transaction (or on this pool), so that a job is queued with the act it
 * follows from and is rolled back with it.
 */
export function adapter(db: Db): JobsDatabase {
  return {
    async executeSql(text, values = []) {
      const query = { sql: text, params: values.map(toParameter) }
      const rows = await db._.session.prepareQuery(query, undefined, undefined, false).execute()
      return { rows: Array.isArray(rows) ? [...(rows as Record<string, unknown>[])] : [] }
    },
  }
}

// Drizzle takes the client's JSON and date serialisers away: both go as text. postgres.js refuses undefined.
function toParameter(value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return `{${value.map((item) => JSON.stringify(String(item))).join(',')}}`
  return typeof value === 'object' ? JSON.stringify(value) : value
}
