import type postgres from 'postgres'
import { Unavailable } from '../errors.ts'
import type { Reserved } from './client.ts'

type Query = ReturnType<postgres.Sql['unsafe']>

/**
 * One transaction on one connection. Statements are sent without waiting for the ones before, so that what is
 * issued together takes one round trip. Once it has ended, or its connection is lost, every further statement
 * is refused: it can never run outside of its transaction.
 */
export class Transaction {
  readonly options: postgres.Sql['options']
  private readonly connection: Reserved
  private readonly prepare: boolean
  private readonly timer: NodeJS.Timeout
  private readonly overdue = Promise.withResolvers<never>()
  private refusal: Error | undefined
  private failure: unknown
  private savepoints = 0

  constructor(connection: Reserved, options: postgres.Sql['options'], prepare: boolean, deadlineMs: number) {
    this.connection = connection
    this.options = options
    this.prepare = prepare
    this.overdue.promise.catch(() => {})
    this.timer = setTimeout(() => this.giveUp(deadlineMs), deadlineMs)
  }

  /** Sends the beginning of the transaction, with settings that end with it; does not wait for the answer. */
  open(mode: 'read write' | 'read only', settings: [name: string, value: string][]): void {
    this.note(this.connection.unsafe(`begin ${mode}`))
    if (settings.length === 0) return
    const calls = settings.map(([name], i) => `set_config('${name}', $${i + 1}, true)`)
    const values = settings.map(([, value]) => value)
    this.note(this.connection.unsafe(`select ${calls.join(', ')}`, values, { prepare: this.prepare }))
  }

  /** What Drizzle calls for each statement. */
  unsafe(text: string, params: postgres.ParameterOrJSON<never>[] = []): Query {
    if (this.refusal) return refused(this.refusal)
    return this.note(this.connection.unsafe(text, params, { prepare: this.prepare, ...named }))
  }

  /** Runs `work` so that its failure undoes only what it did. */
  async savepoint<T>(work: (tx: this) => Promise<T>): Promise<T> {
    const name = `s${++this.savepoints}`
    const failure = this.failure
    await this.unsafe(`savepoint ${name}`)
    try {
      const result = await work(this)
      await this.unsafe(`release savepoint ${name}`)
      return result
    } catch (error) {
      await this.unsafe(`rollback to savepoint ${name}`)
      this.failure = failure
      throw error
    }
  }

  /** `promise`, unless the deadline comes first: then `Unavailable`. */
  within<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.overdue.promise])
  }

  /** Commits; throws what failed before where that has already undone the transaction. */
  async commit(): Promise<void> {
    const command = await this.end('commit')
    if (command !== 'COMMIT')
      throw this.failure ?? new Error('The transaction was undone by a failed statement')
  }

  /** Sends the end and gives the connection back when it is answered. Resolves to what the server says it did. */
  async end(command: 'commit' | 'rollback'): Promise<string | undefined> {
    this.refusal ??= new Error('The transaction of this statement has ended')
    try {
      const { command: done } = await this.connection.unsafe(command)
      this.connection.release()
      return done
    } catch (error) {
      this.connection.destroy()
      if (command === 'commit') throw error
    } finally {
      clearTimeout(this.timer)
    }
  }

  /** Gives the connection back where there was no transaction, only one statement. */
  leave(): void {
    clearTimeout(this.timer)
    if (!this.refusal) this.connection.release()
  }

  private giveUp(deadlineMs: number): void {
    this.refusal = new Unavailable(`the database did not answer within ${deadlineMs} ms`)
    this.overdue.reject(this.refusal)
    this.connection.destroy()
  }

  private note(query: Query): Query {
    query.catch((error: unknown) => {
      this.failure ??= error
    })
    return query
  }
}

// The driver sends what has no parameters unprepared unless told otherwise.
const named = { simple: false } as object

function refused(error: Error): Query {
  const rejected = Promise.reject(error)
  return Object.assign(rejected, { values: () => rejected }) as unknown as Query
}
