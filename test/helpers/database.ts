import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { inject } from 'vitest'
import { type ConnectOptions, connect, type Database } from '../../src/db.ts'

export type TestDatabase = {
  /** The application's role: bound by row-level security. */
  database: Database
  /** The owner's role: sees every customer; for arranging and for looking at what is stored. */
  owner: Database
  appUrl: string
  ownerUrl: string
  /** The superuser in the same database: for ending other sessions and the like. */
  adminUrl: string
  /** Another connection pool of the application's role, closed with the rest. */
  connect(options?: Partial<ConnectOptions>): Database
  drop(): Promise<void>
}

/** A database for this test file alone, migrated and empty. Call `drop` in `afterAll`. */
export async function testDatabase(): Promise<TestDatabase> {
  const cluster = inject('cluster')
  const name = `test_${randomBytes(6).toString('hex')}`
  const ownerRole = new URL(cluster.owner).username
  await asAdmin(cluster.admin, `create database ${name} template guichet owner ${ownerRole}`)
  const appUrl = inDatabase(cluster.app, name)
  const ownerUrl = inDatabase(cluster.owner, name)
  const opened: Database[] = []
  const open = (options: ConnectOptions) => {
    const database = connect({ poolSize: 5, ...options })
    opened.push(database)
    return database
  }
  return {
    database: open({ url: appUrl }),
    owner: open({ url: ownerUrl }),
    appUrl,
    ownerUrl,
    adminUrl: inDatabase(cluster.admin, name),
    connect: (options = {}) => open({ url: appUrl, ...options }),
    async drop() {
      await Promise.all(opened.map((database) => database.close()))
      await asAdmin(cluster.admin, `drop database ${name} with (force)`)
    },
  }
}

/** A database with nothing in it, not even tables; for the migration itself. */
export async function emptyDatabase(): Promise<
  Pick<TestDatabase, 'appUrl' | 'ownerUrl' | 'adminUrl' | 'drop'>
> {
  const cluster = inject('cluster')
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(cluster.admin, `create database ${name} owner ${new URL(cluster.owner).username}`)
  return {
    appUrl: inDatabase(cluster.app, name),
    ownerUrl: inDatabase(cluster.owner, name),
    adminUrl: inDatabase(cluster.admin, name),
    drop: () => asAdmin(cluster.admin, `drop database ${name} with (force)`),
  }
}

function inDatabase(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = name
  return other.href
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}
