import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import release from 'pg-boss/package.json' with { type: 'json' }
import type postgres from 'postgres'
import { JOBS_SCHEMA, QUEUES } from '../jobs/queues.ts'
import { rightsOf } from './rights.ts'

export type State = {
  /** Of the server, as `server_version_num`. */
  version: number
  /** True: migrate would find nothing to do. */
  isUpToDate: boolean
  /** What noteState writes once there is nothing left to do, for the tables there are now. */
  mark: string
}

/**
 * Whether the database is as this Guichet leaves it: the same migrations, queues and rights, on the same tables. One
 * look, so that a start need not go through all of it to find nothing to do.
 */
export async function stateOf(
  owner: postgres.Sql,
  appRole: string,
  migrationsFolder: string,
): Promise<State> {
  const [row] = await owner<
    { version: number; role: string; tables: string; noted: string; granted: boolean }[]
  >`
    select current_setting('server_version_num')::int as version, current_user::text as role,
      coalesce((select md5(string_agg(oid::text || relname, ',' order by oid)) from pg_class
        where relkind in ('r', 'p', 'S') and relnamespace in (
          select oid from pg_namespace where nspname in ('public', ${JOBS_SCHEMA}))), '') as tables,
      coalesce(obj_description(to_regclass('drizzle.turn'), 'pg_class'), '') as noted,
      exists (select from pg_class c, pg_roles r
        where c.oid = to_regclass('public.customers') and r.rolname = ${appRole}
          and has_table_privilege(r.oid, c.oid, 'select')) as granted`
  const { version, role, tables, noted, granted } = row!
  const parts = [
    migrationsOf(migrationsFolder),
    rightsOf(role, appRole),
    QUEUES,
    release.pgboss.schema,
    tables,
  ]
  const mark = `as of ${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`
  return { version, isUpToDate: granted && noted === mark, mark }
}

/** Notes on the table of turns how the database is left. */
export async function noteState(owner: Pick<postgres.Sql, 'unsafe'>, mark: string): Promise<void> {
  await owner.unsafe(`comment on table drizzle.turn is '${mark}'`)
}

function migrationsOf(folder: string): string[][] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  return names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')])
}
