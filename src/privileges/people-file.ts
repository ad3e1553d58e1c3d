import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { Invalid, type ProblemKey } from '../errors.ts'
import { original } from '../web/csv.ts'
import { headsTwice, readTable, type Table } from '../web/csv-table.ts'
import { readDay } from '../web/day.ts'
import type { Wish } from './check-changes.ts'
import type { Entry } from './drafts.ts'
import { type Privilege, privilegeList } from './list.ts'
import { mostPeople } from './many-page.ts'

/** Heads of the file, the same in every language; `name` and `last_sign_in` are for the reader and not read back. */
export const heads = ['email', 'name', 'privileges', 'until', 'last_sign_in'] as const

type Row = { email: string; privileges: string; until: string }

/**
 * The rows of a file of people as wishes: each says all that a person is to hold. Separated by `,` or `;`, with a
 * header line. Throws Invalid where it is no such file; what is wrong with a row stands in the row.
 */
export async function readPeopleFile(tx: Db, customerId: string, text: string): Promise<Entry[]> {
  const rows = parseRows(text)
  const emails = [...new Set(rows.map(({ row }) => row.email))]
  const known = await tx.execute<{ id: string; email: string }>(sql`
    select p.id, p.email from associations a join people p on p.id = a.person_id
    where a.customer_id = ${customerId}
      and p.email in (select jsonb_array_elements_text(${JSON.stringify(emails)}::text::jsonb))`)
  const ids = new Map(known.map(({ id, email }) => [email, id]))
  const seen = new Map<string, number>()
  return rows.map(({ line, beyond, row }) => {
    const { email } = row
    const personId = ids.get(email)
    const problems: ProblemKey[] = []
    if (beyond > 0) problems.push({ key: 'privileges.file.cells', params: { beyond } })
    if (!email) problems.push({ key: 'privileges.file.noEmail' })
    else if (!personId) problems.push({ key: 'privileges.file.unknown', params: { email } })
    else if (seen.has(email))
      problems.push({ key: 'privileges.file.twice', params: { line: seen.get(email) } })
    const holds = readHolds(row, problems)
    if (!seen.has(email)) seen.set(email, line)
    return {
      line,
      email,
      ...(personId && problems.length === 0 ? { wish: { personId, holds } } : { problems }),
    }
  })
}

function parseRows(text: string): { line: number; beyond: number; row: Row }[] {
  const { heads: found, rows } = tableOf(text)
  if (['email', 'privileges'].some((name) => !found.includes(name))) refuse('columns', heads)
  const twice = headsTwice(found, heads)
  if (twice.length > 0) refuse('columnTwice', twice)
  if (rows.length === 0) refuse('empty')
  if (rows.length > mostPeople) refuse('tooLong')
  return rows.map(({ line, beyond, cells }) => ({
    line,
    beyond,
    row: {
      email: plain(cells.email).toLowerCase(),
      privileges: plain(cells.privileges).toLowerCase(),
      until: plain(cells.until),
    },
  }))
}

function tableOf(text: string): Table {
  try {
    return readTable(text, [',', ';'])
  } catch (error) {
    return refuse(error instanceof RangeError ? 'tooLong' : 'unreadable')
  }
}

function refuse(name: string, named: readonly string[] = []): never {
  const params = { columns: named.join(', '), count: named.length, most: mostPeople }
  throw new Invalid([{ field: 'text', key: `privileges.file.${name}`, params }])
}

function plain(cell: string | undefined): string {
  return original(cell).slice(0, 300)
}

function readHolds({ privileges, until }: Row, problems: ProblemKey[]): Wish['holds'] {
  const holds: Record<Privilege, { until: string | null } | null> = {
    supervisor: null,
    licensing: null,
    reporting: null,
  }
  const named = privileges
    .split('|')
    .map((name) => name.trim())
    .filter(Boolean)
  for (const name of named) {
    const privilege = privilegeList.find((one) => one === name)
    if (privilege) holds[privilege] = { until: null }
    else
      problems.push({
        key: 'privileges.file.privilege',
        params: { value: name.slice(0, 40), known: privilegeList.join(', ') },
      })
  }
  for (const part of until
    .split('|')
    .map((one) => one.trim())
    .filter(Boolean))
    setUntil(part, holds, problems)
  return holds
}

/** A day alone is for Licensing and Reporting; `licensing=2027-01-31` for one of them. */
function setUntil(part: string, holds: Wish['holds'], problems: ProblemKey[]): void {
  const [, name, day] = /^(?:(\w+)\s*=\s*)?(\S+)$/.exec(part) ?? []
  if (!day || !isDay(day)) {
    problems.push({ key: 'privileges.notADay', params: { value: part.slice(0, 20) } })
    return
  }
  const meant = name
    ? [name.toLowerCase()]
    : ['licensing', 'reporting'].filter((one) => holds[one as Privilege])
  // A day beside Supervisor alone is meant for it: the refusal says why it cannot have one.
  const targets = meant.length > 0 ? meant : ['supervisor']
  for (const target of targets) {
    const privilege = privilegeList.find((one) => one === target)
    if (privilege && holds[privilege]) holds[privilege] = { until: day }
    else problems.push({ key: 'privileges.file.untilAlone', params: { value: part.slice(0, 40) } })
  }
}

/** The `until` cell of what a person holds: one day where all that may end do so on it. */
export function untilCell(held: { privilege: Privilege; until: string | null }[]): string {
  const ending = held.filter(({ privilege }) => privilege !== 'supervisor')
  const days = new Set(ending.map(({ until }) => until))
  if (days.size <= 1) return [...days][0] ?? ''
  return ending.flatMap(({ privilege, until }) => (until ? [`${privilege}=${until}`] : [])).join('|')
}

/** In a file only as we write it: of 3/4/2027 nobody knows which number is the month. */
function isDay(value: string): boolean {
  return /^2\d{3}-\d\d-\d\d$/.test(value) && readDay(value) !== undefined
}
