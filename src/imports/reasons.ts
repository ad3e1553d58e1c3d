import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'

/** Why a row or a file is refused: a sentence of the catalogue with its values. */
export type Reason = { key: string; params?: Record<string, unknown> }

/** What is wrong with a file as a whole. */
export type FileProblem = Reason & { file: string; line?: number }

/** Files that cannot be read as what they should be, with all that is wrong; nothing of the run is stored. */
export class Unreadable extends Error {
  readonly problems: FileProblem[]

  constructor(problems: FileProblem[]) {
    super(problems.map(({ file, key }) => `${file}: ${key}`).join(', '))
    this.name = 'Unreadable'
    this.problems = problems
  }
}

type Refusal = {
  table: string
  reason: string
  /** `name, value, ...` for jsonb_build_object; the refused row is `r`. */
  params?: SQL
  from?: SQL
  where: SQL
}

/** Adds a reason to every staged row (`r`) that meets the condition; a row keeps all its reasons. */
export async function refuse(tx: Db, { table, reason, params, from, where }: Refusal): Promise<void> {
  await tx.execute(sql`
    update ${sql.identifier(table)} r
    set reasons = r.reasons || jsonb_build_array(
      jsonb_build_object('key', ${reason}::text, 'params', jsonb_build_object(${params ?? sql``})))
    ${from ? sql`from ${from}` : sql``}
    where ${where}`)
}

/** Condition on a staged row: nothing was said against it so far. */
export const fine = (alias = 'r') => sql`${sql.identifier(alias)}.reasons = '[]'`

/** Refuses each further row with the same key as an earlier one of the file. */
export async function refuseDuplicates(tx: Db, table: string): Promise<void> {
  await refuse(tx, {
    table,
    reason: 'imports.duplicate',
    params: sql`'line', f.first`,
    from: sql`(select line, min(line) over (partition by same) as first
               from ${sql.identifier(table)} where same is not null) f`,
    where: sql`f.line = r.line and f.first < r.line`,
  })
}

/** Finds the company of each row; refuses those whose number nobody has. */
export async function resolveCustomers(tx: Db, table: string): Promise<void> {
  await tx.execute(sql`
    update ${sql.identifier(table)} r set customer_id = c.id
    from customers c where c.customer_number = r.customer_number`)
  await tx.execute(sql`analyze ${sql.identifier(table)}`)
  await refuseUnknownCustomers(tx, table)
}

/** For rows whose company was looked for. */
export async function refuseUnknownCustomers(tx: Db, table: string): Promise<void> {
  await refuse(tx, {
    table,
    reason: 'imports.noCustomer',
    params: sql`'number', r.customer_number`,
    where: sql`r.customer_id is null and r.customer_number is not null`,
  })
}
