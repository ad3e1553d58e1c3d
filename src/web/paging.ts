import { isId } from '../ids.ts'

/** Rows on one page of a list. */
export const pageSize = 50

/** The sort key of a page's last row, as text for an address. */
export function encodeCursor(values: (string | number | Date)[]): string {
  const plain = values.map((value) => (value instanceof Date ? value.toISOString() : value))
  return Buffer.from(JSON.stringify(plain)).toString('base64url')
}

/** What encodeCursor made, or undefined where the text is not of that arity: then the list begins at its start. */
export function decodeCursor(text: unknown, arity: number): (string | number)[] | undefined {
  if (typeof text !== 'string' || text === '' || text.length > 2000) return undefined
  try {
    const values: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    const isKey = Array.isArray(values) && values.length === arity && values.every(isSortValue)
    return isKey ? (values as (string | number)[]) : undefined
  } catch {
    return undefined
  }
}

function isSortValue(value: unknown): boolean {
  return typeof value === 'string' ? !value.includes('\0') : Number.isFinite(value)
}

/** Where a page of a list by instant and ID ended; nothing, and so the list's start, where the text is not that. */
export function placeIn(after: unknown): [at: string, id: string] | undefined {
  const [at, id] = decodeCursor(after, 2) ?? []
  return typeof at === 'string' && isInstant(at) && isId(id) ? [at, id] : undefined
}

/** An instant as Postgres writes it, '2026-11-24 05:24:50.123456+00' (in JSON with a T), that exists. */
function isInstant(text: string): boolean {
  const seconds = /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(\.\d{1,6})?[+-](0\d|1[0-4])(:[0-5]\d)?$/.exec(
    text,
  )?.[1]
  const iso = seconds?.replace(' ', 'T')
  const time = Date.parse(`${iso}Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 19) === iso
}

/** Splits what a query for `size + 1` rows gave into the page and the last row's key, where there is more. */
export function pageOf<T>(
  rows: T[],
  key: (row: T) => (string | number | Date)[],
  size = pageSize,
): { rows: T[]; next?: string } {
  if (rows.length <= size) return { rows }
  const page = rows.slice(0, size)
  return { rows: page, next: encodeCursor(key(page.at(-1)!)) }
}
