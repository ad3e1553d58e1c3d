import release from 'pg-boss/package.json' with { type: 'json' }
import type postgres from 'postgres'
import { JOBS_SCHEMA, QUEUES } from '../jobs/queues.ts'

/** Makes the tables of pg-boss and its queues, or brings them up to date; by the owner, on one connection. */
export async function makeJobTables(owner: postgres.Sql): Promise<void> {
  const installed = await versionOf(owner)
  if (installed === undefined || installed < release.pgboss.schema) {
    // Read only here: most starts have nothing to make.
    const { getConstructionPlans, getMigrationPlans } = await import('pg-boss')
    await owner.unsafe(
      installed === undefined ? getConstructionPlans(JOBS_SCHEMA) : getMigrationPlans(JOBS_SCHEMA, installed),
    )
  }
  for (const [name, options] of Object.entries(QUEUES)) {
    await owner.unsafe(`select ${JOBS_SCHEMA}.create_queue($1, $2::text::jsonb)`, [
      name,
      JSON.stringify(options),
    ])
    // A queue made by an earlier version stays as it was made.
    await owner.unsafe(`update ${JOBS_SCHEMA}.queue set heartbeat_seconds = $2::int where name = $1`, [
      name,
      'heartbeatSeconds' in options ? options.heartbeatSeconds : null,
    ])
  }
}

async function versionOf(owner: postgres.Sql): Promise<number | undefined> {
  const [table] = await owner`select to_regclass(${`${JOBS_SCHEMA}.version`}) as found`
  if (!table!.found) return undefined
  const [row] = await owner.unsafe(`select version from ${JOBS_SCHEMA}.version`)
  return Number(row!.version)
}
