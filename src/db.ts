import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type postgres from 'postgres'
import { acquire } from './database/acquire.ts'
import { openClient, serverLimits } from './database/client.ts'
import { type Db, drizzleOver } from './database/drizzle.ts'
import { asRefusal, isWorthRetrying } from './database/failures.ts'
import { Transaction } from './database/transaction.ts'

export type { Db } from './database/drizzle.ts'

export type ConnectOptions = {
  url: string
  poolSize?: number
  /** Named prepared statements; off behind a pgbouncer that does not track them. */
  prepare?: boolean
  /** How long one call may take, in milliseconds. */
  deadlineMs?: number
  applicationName?: string
}

/** For one call that may take longer than the others, such as a load. */
type CallOptions = { deadlineMs?: number }

type ReadOptions = CallOptions & {
  /** All statements are sent before the first answer: the end of the transaction goes with them, one write for all. */
  atOnce?: boolean
}

export interface Database {
  /** Without a transaction, and without a customer: sees only the publisher-wide tables. */
  readonly db: Db
  /** The guarded driver itself, for streams, COPY and pg-boss: its own few connections, no deadline. */
  readonly sql: postgres.Sql
  /** Read-write, for these customers; run again on a serialization failure or deadlock. */
  forCustomer<T>(
    ids: string | readonly string[],
    work: (tx: Db) => Promise<T>,
    options?: CallOptions,
  ): Promise<T>
  /** Read only, for these customers; one query takes one round trip. */
  readCustomer<T>(
    ids: string | readonly string[],
    work: (tx: Db) => Promise<T>,
    options?: ReadOptions,
  ): Promise<T>
  /** For one person: sees their own associations and those customers' names only. */
  forPerson<T>(personId: string, work: (tx: Db) => Promise<T>, options?: ReadOptions): Promise<T>
  /** Read only, for the publisher's desk: what it sees of all customers (tasks/rights.ts). `by`: who looks. */
  forDesk<T>(by: string, work: (tx: Db) => Promise<T>, options?: ReadOptions): Promise<T>
  /** Read-write on publisher-wide tables. */
  transaction<T>(work: (tx: Db) => Promise<T>, options?: CallOptions): Promise<T>
  /** Throws `Unavailable`. */
  ping(): Promise<void>
  close(): Promise<void>
}

type Setting = [name: string, value: string]
type Call<T> = {
  mode: 'read write' | 'read only'
  settings: Setting[]
  work: (tx: Db) => Promise<T>
  deadlineMs?: number | undefined
  atOnce?: boolean | undefined
}

const tries = 4
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Opens the database; connects when first used. Every call ends within its deadline, and throws `Unavailable`
 * when the database is gone, frozen or too busy.
 */
export function connect(options: ConnectOptions): Database {
  const { url, poolSize = 10, prepare = true, deadlineMs = 5000, applicationName = 'guichet' } = options
  const waitMs = Math.min(deadlineMs, 3000)
  const pool = openClient({ url, max: poolSize, prepare, applicationName, limitMs: deadlineMs })
  const sql = openClient({ url, max: 4, prepare, applicationName, types: rawTypes })
  const drizzle = drizzleOver(pool.options)

  const limits = (ms: number | undefined): Setting[] =>
    prepare && ms === undefined
      ? []
      : Object.entries(serverLimits(ms ?? deadlineMs)).map(([name, value]) => [name, String(value)])

  async function once<T>({ mode, settings, work, ...call }: Call<T>): Promise<T> {
    const connection = await acquire(pool, waitMs)
    const transaction = new Transaction(connection, pool.options, prepare, call.deadlineMs ?? deadlineMs)
    // Comes before the driver's own turn, in which it writes what was asked for until then.
    const beforeWriting = call.atOnce ? nextTurn() : undefined
    transaction.open(mode, [...settings, ...limits(call.deadlineMs)])
    const working = transaction.within(work(drizzle.transaction(transaction)))
    if (beforeWriting) {
      working.catch(() => {})
      await beforeWriting
      transaction.end('commit').catch(() => {})
      return await working
    }
    let result: T
    try {
      result = await working
    } catch (error) {
      await transaction.end('rollback')
      throw error
    }
    if (mode === 'read write') await transaction.within(transaction.commit())
    else transaction.end('commit').catch(() => {})
    return result
  }

  async function run<T>(call: Call<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(call)
      } catch (error) {
        if (attempt === tries || !isWorthRetrying(error)) throw asRefusal(error)
        await sleep(Math.random() * 15 * attempt ** 2)
      }
    }
  }

  async function single(text: string, params: never[], values: boolean): Promise<unknown> {
    const connection = await acquire(pool, waitMs)
    const statement = new Transaction(connection, pool.options, prepare, deadlineMs)
    try {
      const query = statement.unsafe(text, params)
      return await statement.within(values ? query.values() : query)
    } finally {
      statement.leave()
    }
  }

  const db = drizzle.pool({
    options: pool.options,
    begin: (work) => run({ mode: 'read write', settings: [], work }),
    unsafe: (text, params = []) => {
      let values = false
      const answer = Promise.resolve().then(() => single(text, params, values))
      return Object.assign(answer, {
        values() {
          values = true
          return answer
        },
      })
    },
  })

  return {
    db,
    sql,
    forCustomer: async (ids, work, call) =>
      run({ mode: 'read write', settings: [customers(ids)], work, ...call }),
    readCustomer: async (ids, work, call) =>
      run({ mode: 'read only', settings: [customers(ids)], work, ...call }),
    forPerson: async (id, work, call) =>
      run({ mode: 'read only', settings: [['app.person', checked(id)]], work, ...call }),
    forDesk: async (by, work, call) =>
      run({ mode: 'read only', settings: [['app.desk', checked(by)]], work, ...call }),
    transaction: (work, call) => run({ mode: 'read write', settings: [], work, ...call }),
    ping: async () => void (await single('select 1', [], false)),
    close: async () => {
      await Promise.all([pool.end({ timeout: 5 }), sql.end({ timeout: 5 })])
    },
  }
}

// The rest of the application has days as text ('2026-11-24'), never as a Date at some midnight.
const rawTypes = { date: { to: 1082, from: [1082], serialize: (x: string) => x, parse: (x: string) => x } }

function customers(ids: string | readonly string[]): Setting {
  const list = typeof ids === 'string' ? [ids] : ids
  return ['app.customer', list.map(checked).join(',')]
}

// A wrong ID would otherwise fail inside the policy, far from who passed it.
function checked(id: string): string {
  if (!uuid.test(id)) throw new TypeError(`Not an ID: ${id}`)
  return id
}
