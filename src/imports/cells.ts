import type { Reason } from './reasons.ts'

export const maxQuantity = 10_000_000

type TextOptions = { max?: number; required?: boolean }

const ownNumber = /^[A-Z0-9-]{1,20}$/
const control = /[\x00-\x08\x0e-\x1f\x7f-\x9f]/

/**
 * The cells of one row. Every reader gives the value, or null and notes why not, so that a row is refused with
 * everything that is wrong in it. Blanks around a value and line breaks within count as one space.
 */
export class Cells {
  readonly reasons: Reason[] = []
  private readonly columns: Map<string, number>
  private readonly cells: string[]

  constructor(columns: Map<string, number>, cells: string[]) {
    this.columns = columns
    this.cells = cells
    const odd = [...columns].find(([, index]) => control.test(cells[index] ?? ''))
    if (odd) this.refuse('imports.control', { column: odd[0] })
  }

  /** Whether the file has this column. */
  has(column: string): boolean {
    return this.columns.has(column)
  }

  refuse(key: string, params: Record<string, unknown> = {}): null {
    this.reasons.push({ key, params })
    return null
  }

  raw(column: string): string {
    const index = this.columns.get(column)
    const text = index === undefined ? '' : (this.cells[index] ?? '')
    return text.normalize('NFC').replace(/\0/g, '\ufffd').replace(/\s+/g, ' ').trim()
  }

  text(column: string, { max = 200, required = false }: TextOptions = {}): string | null {
    const value = this.raw(column)
    if (required && !value) return this.refuse('imports.empty', { column })
    if (value.length > max && [...value].length > max) return this.refuse('imports.long', { column, max })
    return value
  }

  /** A customer, order, contract or configuration number: upper case, or null where empty. */
  number(column: string, required = true): string | null {
    const value = this.raw(column).toUpperCase()
    if (!value) return required ? this.refuse('imports.empty', { column }) : null
    return ownNumber.test(value) ? value : this.refuse('imports.number', { column, value: clip(value) })
  }

  partNumber(column: string, required = true): string | null {
    const value = this.raw(column).toUpperCase()
    if (!value) return required ? this.refuse('imports.empty', { column }) : null
    return /^[\x21-\x7e]{1,40}$/.test(value)
      ? value
      : this.refuse('imports.partNumber', { column, value: clip(value) })
  }

  whole(column: string, to: number, required = true): number | null {
    const value = this.raw(column)
    if (!value) return required ? this.refuse('imports.empty', { column }) : null
    const read = /^\d{1,12}$/.test(value) ? Number(value) : 0
    return read >= 1 && read <= to ? read : this.refuse('imports.whole', { column, value: clip(value), to })
  }

  day(column: string, required = false): string | null {
    const value = this.raw(column)
    if (!value) return required ? this.refuse('imports.empty', { column }) : null
    return isDay(value) ? value : this.refuse('imports.day', { column, value: clip(value) })
  }

  choice<T extends string>(column: string, values: readonly T[], otherwise?: T): T | null {
    const value = this.raw(column).toLowerCase()
    if (!value && otherwise !== undefined) return otherwise
    const found = values.find((known) => known === value)
    return found ?? this.refuse('imports.choice', { column, value: clip(value), values: values.join(', ') })
  }

  list(column: string): string[] {
    return this.raw(column)
      .split('|')
      .map((part) => part.trim())
      .filter(Boolean)
  }
}

function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.map(Number) ?? []
  if (!year || !month || !day || year < 1900 || year > 2999) return false
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** Enough of a value to find it in the file. */
export function clip(value: string): string {
  return value.length > 60 ? `${[...value].slice(0, 60).join('')}…` : value
}
