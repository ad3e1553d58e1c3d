import type postgres from 'postgres'
import { Unavailable } from '../errors.ts'
import type { Reserved } from './client.ts'
import { asRefusal } from './failures.ts'

/** A connection of the pool for the caller alone; throws `Unavailable` when there is none within `waitMs`. */
export async function acquire(pool: postgres.Sql, waitMs: number): Promise<Reserved> {
  const coming = pool.reserve() as Promise<Reserved>
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(new Unavailable(`no database connection within ${waitMs} ms`))
    // It may still come; nobody waits for it then.
    coming.then(
      (reserved) => reserved.release(),
      () => {},
    )
  }, waitMs)
  try {
    return await Promise.race([coming, late.promise])
  } catch (error) {
    throw asRefusal(error)
  } finally {
    clearTimeout(timer)
  }
}
