import { fileURLToPath } from 'node:url'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import type postgres from 'postgres'
import { openClient } from '../database/client.ts'
import { asRefusal, codeOf } from '../database/failures.ts'
import { Unavailable } from '../errors.ts'
import { makeJobTables } from './job-tables.ts'
import { grantRights } from './rights.ts'
import { noteState, type State, stateOf } from './up-to-date.ts'

const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url))
const oldestServer = 15

const words: Record<string, string> = {
  '28000': 'refuses the user of its address',
  '28P01': 'refuses the password of its address',
  '3D000': 'does not exist (make it: createdb)',
  '42501': 'does not let the role of DATABASE_OWNER_URL make or change its tables (make it the owner)',
}

/**
 * Brings the database of `ownerUrl` up to date and gives `appRole` its rights. Nothing happens where it is up to
 * date; processes that start at once do it one after the other. Throws with words for the operator.
 */
export async function migrate(ownerUrl: string, appRole: string): Promise<void> {
  const owner = openOwner(ownerUrl)
  // Drizzle replaces the date and JSON types of the client it is given. It connects when it is first asked.
  const migrator = openOwner(ownerUrl)
  try {
    const state = await stateOf(owner, appRole, migrationsFolder)
    checkServer(state)
    if (state.isUpToDate) return
    // Whatever holds a table for longer than this is not on its way to let go: an error is better than to hang.
    for (const client of [owner, migrator]) await client`set lock_timeout = '60s'`
    await makeTurn(owner)
    await owner.begin(async (tx) => {
      await tx`lock table drizzle.turn in access exclusive mode`
      // Whoever had the turn before may have done it all.
      if ((await stateOf(migrator, appRole, migrationsFolder)).isUpToDate) return
      await refuseNewer(migrator)
      await runMigrations(drizzle(migrator), { migrationsFolder })
      await makeJobTables(migrator)
      await grantRights(migrator, appRole)
      const { mark } = await stateOf(migrator, appRole, migrationsFolder)
      await noteState(tx, mark)
    })
  } catch (error) {
    throw inWords(error)
  } finally {
    await Promise.all([owner.end({ timeout: 5 }), migrator.end({ timeout: 5 })])
  }
}

function inWords(error: unknown): unknown {
  const unavailable = asRefusal(error) instanceof Unavailable
  const what = unavailable ? 'cannot be reached' : words[codeOf(error) ?? '']
  return what ? new Error(`The database ${what}: ${(error as Error).message}`, { cause: error }) : error
}

function openOwner(url: string): postgres.Sql {
  return openClient({ url, max: 1, prepare: false, applicationName: 'guichet migrate' })
}

function checkServer({ version }: State): void {
  const major = Math.floor(version / 10_000)
  if (major < oldestServer) {
    throw new Error(`The database is Postgres ${major}; Guichet needs Postgres ${oldestServer} or newer.`)
  }
}

/** What a newer Guichet has changed, this one does not know: it would work on, and leave out what belongs there now. */
async function refuseNewer(owner: postgres.Sql): Promise<void> {
  const [table] = await owner`select to_regclass('drizzle.__drizzle_migrations') is not null as "isThere"`
  if (!table!.isThere) return
  const known = readMigrationFiles({ migrationsFolder }).map(({ folderMillis }) => folderMillis)
  const [newer] = await owner`
    select from drizzle.__drizzle_migrations where created_at > ${Math.max(...known)} limit 1`
  if (!newer) return
  throw new Error(
    'A newer Guichet has changed this database, and this one does not know how. Start that version again, or restore ' +
      'the backup that was made before it: docs/operations.md, “Bring it up to date”.',
  )
}

// A table to wait for one's turn at; without rows. Two that make it at once: one fails, and finds it then.
async function makeTurn(owner: postgres.Sql): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await owner`create schema if not exists drizzle`
      await owner`create table if not exists drizzle.turn ()`
      return
    } catch (error) {
      if (attempt === 3 || !['23505', '42P06', '42P07', '42710'].includes(codeOf(error) ?? '')) throw error
    }
  }
}
