import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { findOrphan, stopServer } from '../../src/database/embedded/cluster.ts'
import { takeLock } from '../../src/database/embedded/lock.ts'
import { appRole, database, makeRoles, ownerRole } from '../../src/database/embedded/roles.ts'
import { startEmbedded } from '../../src/embedded-postgres.ts'
import { migrate } from '../../src/tasks/migrate.ts'

const prefix = 'guichet-test-'

export type ClusterUrls = { admin: string; owner: string; app: string }

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: ClusterUrls
  }
}

/**
 * One Postgres for the whole run, with a migrated database that each test file copies: the embedded one, or the empty
 * server of TEST_POSTGRES_URL (its superuser), to try another version.
 */
export default async function setup(project: TestProject) {
  await sweep()
  const given = process.env.TEST_POSTGRES_URL
  if (given) {
    project.provide('cluster', await prepare(given))
    return
  }
  const home = await mkdtemp(join(tmpdir(), prefix))
  // Where the tests run as root, Postgres runs as another user and must get in.
  await chmod(home, 0o755)
  const server = await startEmbedded({ home, log: () => {}, durable: false })
  try {
    await migrate(server.ownerUrl, new URL(server.appUrl).username)
    await freeze(server.adminUrl, 'guichet')
  } catch (error) {
    await server.stop()
    throw error
  }
  project.provide('cluster', { admin: server.adminUrl, owner: server.ownerUrl, app: server.appUrl })
  return async () => {
    await server.stop()
    await rm(home, { recursive: true, force: true })
  }
}

async function prepare(admin: string): Promise<ClusterUrls> {
  const secrets = { admin: '', owner: 'owner-of-tests', app: 'app-of-tests', port: 0, rolesMade: false }
  const clean = postgres(admin, { max: 1, onnotice: () => {} })
  await clean.unsafe(`update pg_database set datistemplate = false where datname = '${database}'`)
  await clean.unsafe(`drop database if exists ${database} with (force)`)
  await clean.end()
  await makeRoles(admin, secrets)
  const as = (role: string, password: string) =>
    Object.assign(new URL(admin), { username: role, password, pathname: `/${database}` }).href
  const urls = { admin, owner: as(ownerRole, secrets.owner), app: as(appRole, secrets.app) }
  await migrate(urls.owner, appRole)
  await freeze(admin, database)
  return urls
}

// What a run that was killed has left behind.
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const home = join(tmpdir(), name)
    if (!name.startsWith(prefix) || !existsSync(join(home, 'guichet.pid'))) continue
    try {
      const unlock = takeLock(join(home, 'guichet.pid'), home)
      const orphan = findOrphan(join(home, 'postgres'))
      if (orphan) await stopServer(orphan)
      unlock()
      await rm(home, { recursive: true, force: true })
    } catch {
      // Another run's, and in use.
    }
  }
}

// A database can only be copied while nobody uses it.
async function freeze(adminUrl: string, database: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1 })
  await sql.unsafe(`alter database ${database} with is_template true allow_connections false`)
  await sql.end()
}
