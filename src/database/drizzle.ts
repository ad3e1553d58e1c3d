import { DrizzleQueryError } from 'drizzle-orm'
import type { PgDatabase, PgDialect } from 'drizzle-orm/pg-core'
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js'
import {
  drizzle,
  PostgresJsDatabase,
  PostgresJsSession,
  PostgresJsTransaction,
} from 'drizzle-orm/postgres-js'
import type postgres from 'postgres'
import { Refusal } from '../errors.ts'
import { asRefusal } from './failures.ts'

/**
 * A Drizzle database: the pool, or one transaction. Queries and verbs take it first. Without `db.query`: Drizzle
 * would build that anew, a part for each table, for every transaction.
 */
export type Db = PgDatabase<PostgresJsQueryResultHKT>

/** What Drizzle needs of a client. `begin` is that of the pool, `savepoint` that of a transaction. */
export type DrizzleClient = {
  options: postgres.Sql['options']
  unsafe(text: string, params?: never[]): PromiseLike<unknown>
  begin?<T>(work: (tx: Db) => Promise<T>): Promise<T>
  savepoint?<T>(work: () => Promise<T>): Promise<T>
}

/** Makes Drizzle databases over `options` (whose type parsers Drizzle replaces by its own). */
export function drizzleOver(options: postgres.Sql['options']) {
  const { dialect } = drizzle({ options } as postgres.Sql) as unknown as { dialect: PgDialect }
  const sessionOf = (client: DrizzleClient) => new Session(client as never, dialect, undefined)
  return {
    pool: (client: DrizzleClient): Db => new PostgresJsDatabase(dialect, sessionOf(client), undefined),
    transaction: (client: DrizzleClient): Db => new Transaction(dialect, sessionOf(client), undefined),
  }
}

class Session extends PostgresJsSession<never, never, never> {
  override prepareQuery(...args: Parameters<PostgresJsSession<never, never, never>['prepareQuery']>): never {
    return Object.assign(super.prepareQuery(...args), { queryWithCache }) as never
  }

  override transaction<T>(work: (tx: never) => Promise<T>): Promise<T> {
    return (this.client as DrizzleClient).begin!(work as (tx: Db) => Promise<T>)
  }
}

class Transaction extends PostgresJsTransaction<never, never> {
  override transaction<T>(work: (tx: this) => Promise<T>): Promise<T> {
    const client = (this as unknown as { session: { client: DrizzleClient } }).session.client
    return client.savepoint!(() => work(this))
  }
}

// Drizzle's own puts every value of the statement into the message, and so into the log, and hides refusals.
async function queryWithCache<T>(text: string, _params: unknown[], query: () => Promise<T>): Promise<T> {
  try {
    return await query()
  } catch (error) {
    const refusal = asRefusal(error)
    throw refusal instanceof Refusal ? refusal : new DrizzleQueryError(text, [], error as Error)
  }
}
