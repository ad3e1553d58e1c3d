import postgres from 'postgres'
import type { Secrets } from './secrets.ts'

export const ownerRole = 'guichet_owner'
export const appRole = 'guichet_app'
export const database = 'guichet'

/** Makes the role that owns the database, the one the application uses, and the database; again does no harm. */
export async function makeRoles(adminUrl: string, secrets: Secrets): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
  try {
    for (const [role, password] of [
      [ownerRole, secrets.owner],
      [appRole, secrets.app],
    ] as const) {
      const known = await sql`select 1 from pg_roles where rolname = ${role}`
      // The passwords are our own, of letters, digits, - and _.
      const attributes = `login nosuperuser nobypassrls nocreatedb nocreaterole password '${password}'`
      await sql.unsafe(`${known.length ? 'alter' : 'create'} role ${role} ${attributes}`)
    }
    const known = await sql`select 1 from pg_database where datname = ${database}`
    if (!known.length) await sql.unsafe(`create database ${database} owner ${ownerRole}`)
    await sql.unsafe(`revoke all on database ${database} from public`)
    await sql.unsafe(`grant connect, temporary on database ${database} to ${appRole}`)
  } finally {
    await sql.end()
  }
}
