import { PgBoss } from 'pg-boss'
import type postgres from 'postgres'
import { JOBS_SCHEMA } from './queues.ts'

/** pg-boss on our own driver, for fetching and settling jobs and for its own upkeep. Not started. */
export function makeBoss(sql: postgres.Sql): PgBoss {
  return new PgBoss({
    schema: JOBS_SCHEMA,
    db: { executeSql: (text, values = []) => execute(sql, text, values) },
    // The owner's migration makes its tables, and the application's role may not change them (tasks/migrate.ts).
    migrate: false,
    reindex: false,
    persistQueueStats: false,
    // We schedule by the publisher's time zone, which may change (jobs/schedule.ts).
    schedule: false,
    registerInstance: false,
  })
}

async function execute(sql: postgres.Sql, text: string, values: unknown[]) {
  if (values.length === 0) return { rows: await several(sql, text) }
  const given = values.map((value) => value ?? null)
  return { rows: [...(await sql.unsafe(text, given as never[]))] }
}

// Its upkeep comes as several statements with a transaction of their own: they take one connection.
async function several(sql: postgres.Sql, text: string): Promise<Record<string, unknown>[]> {
  const connection = await sql.reserve()
  try {
    // The rows of each statement, one after the other.
    return [...(await connection.unsafe(text))].flat()
  } finally {
    connection.release()
  }
}
