import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { spellings } from './spellings.ts'

/** UUIDs as one parameter of an SQL statement, however many there are: `where id = any(${uuidArray(ids)})`. */
export function uuidArray(ids: readonly string[]): SQL {
  return sql`${`{${ids.join(',')}}`}::uuid[]`
}

/** Rows as one parameter, for `jsonb_to_recordset`; text first, since the driver's own JSON writer is replaced. */
export function jsonRows(rows: readonly Record<string, unknown>[]): SQL {
  return sql`${JSON.stringify(rows)}::text::jsonb`
}

/** What a person typed as a pattern for LIKE: found anywhere, its own wildcards taken as letters. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}

/** Whether a number or code contains what a person typed, without regard to case. */
export function contains(column: SQLWrapper, typed: string): SQL {
  return sql`${column} ilike ${containing(typed)}`
}

/**
 * Whether a name that people gave contains what a person typed, without regard to case and accents; dearer than
 * `contains`.
 */
export function isCalled(column: SQLWrapper, typed: string): SQL {
  return sql`${column} ~* ${spellings(typed)}`
}

/** Whole numbers as one parameter. */
export function integerArray(numbers: readonly number[]): SQL {
  return sql`${`{${numbers.join(',')}}`}::int[]`
}
