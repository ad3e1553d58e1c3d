import { type Logger, type Placeholder, sql } from 'drizzle-orm'
import type { PgPreparedQuery, PreparedQueryConfig } from 'drizzle-orm/pg-core'
import type { Db, DrizzleClient } from './drizzle.ts'

/** A query of Drizzle's builder, as its `.prepare('')` gives it. */
type Built<T> = PgPreparedQuery<PreparedQueryConfig & { execute: T }>

/**
 * A query that is put together once, at its first use, and only filled in from then on: with several joins Drizzle's
 * builder takes longer than Postgres takes to answer. `build` gets a placeholder for each of the `names`, which stands
 * wherever a value would; what it is built of may not depend on the values.
 */
export function prepared<N extends string, T>(
  names: readonly N[],
  build: (db: Db, value: Record<N, Placeholder>) => Built<T>,
): (db: Db, values: Record<N, unknown>) => Promise<T> {
  const places = Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as Record<
    string,
    Placeholder
  >
  let built: Built<T> | undefined
  return (db, values) => {
    // Drizzle binds a query to the connection it was made on; all else of it is the same on any other.
    built ??= Object.assign(build(db, places), { client: undefined })
    const { client, logger } = (db as unknown as { session: Session }).session
    const onThis: Built<T> = Object.create(built, { client: { value: client }, logger: { value: logger } })
    return onThis.execute(values)
  }
}

type Session = { client: DrizzleClient; logger: Logger }
