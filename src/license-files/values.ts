import { parseHostId } from '../hosts/host-id.ts'
import type { FileHostId, Until } from './types.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Whether that is a date in letters or digits that one may mean, real or not. */
export function isDate(text: string | undefined): boolean {
  return /^(?:permanent|\d{1,2}-[a-z]{3}-\d{1,4}|\d{4}-\d\d-\d\d)$/i.test(text ?? '')
}

/**
 * `1-jan-2027`, `01-JAN-27`, `2027-01-01`; `permanent` and a year of 0 (in up to four digits) never expire. The guide
 * asks for four digits of the year; two are taken as 1970 to 2069, which `isTwoDigitYear` tells.
 */
export function readDate(text: string): Until {
  if (/^permanent$/i.test(text)) return 'permanent'
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (iso) return dayOf(Number(iso[1]), Number(iso[2]), Number(iso[3]))
  const parts = /^(\d{1,2})-([a-z]{3})-(\d{1,4})$/i.exec(text)
  if (!parts) return null
  const year = Number(parts[3])
  if (year === 0) return 'permanent'
  const full = parts[3]!.length > 2 ? year : year + (year < 70 ? 2000 : 1900)
  return dayOf(full, MONTHS.indexOf(parts[2]!.toLowerCase()) + 1, Number(parts[1]))
}

export function isTwoDigitYear(text: string): boolean {
  return /^\d{1,2}-[a-z]{3}-\d{1,2}$/i.test(text) && !/-0{1,2}$/.test(text)
}

function dayOf(year: number, month: number, day: number): Until {
  if (year < 1970) return null
  const at = new Date(Date.UTC(year, month - 1, day))
  const isReal = month >= 1 && at.getUTCMonth() === month - 1 && at.getUTCDate() === day
  return isReal ? { day: at.toISOString().slice(0, 10) } : null
}

export function isCount(text: string | undefined): boolean {
  return /^(?:uncounted|\d{1,9})$/i.test(text ?? '')
}

/** `uncounted` and 0 are the same; null where it is no number. */
export function readCount(text: string): number | 'uncounted' | null {
  if (!isCount(text)) return null
  return /^(?:uncounted|0+)$/i.test(text) ? 'uncounted' : Number(text)
}

/** Whether that can be the host ID of a SERVER line. */
export function isHostId(text: string | undefined): boolean {
  return /^"?(?:[0-9a-f]{8}|[0-9a-f]{12}|(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|ANY|DEMO|#\d+|[A-Z_]+=.+)/i.test(
    text ?? '',
  )
}

/** One or several host IDs with blanks between. `#` before a number says that it is decimal (32 bits). */
export function readHostIds(text: string): FileHostId[] {
  const texts = text.split(/\s+/).filter(Boolean)
  return texts.map((one) => {
    const decimal = /^#(\d{1,10})$/.exec(one)
    const hex = decimal && Number(decimal[1]).toString(16).padStart(8, '0')
    const read = parseHostId(hex && hex.length === 8 ? hex : one.slice(0, 200))
    return { text: one, id: 'problem' in read ? null : read }
  })
}

/** Versions are decimal fractions, not lists of numbers: 1.10 is 1.1 and below 1.9. Below 0: `a` is lower. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => /^(\d*)\.?(\d*)/.exec(text.slice(0, 60))!)
  const whole = (digits: string) => digits.replace(/^0+/, '')
  const [x, y] = [whole(left![1]!), whole(right![1]!)]
  if (x.length !== y.length) return x.length - y.length
  if (x !== y) return x < y ? -1 : 1
  const part = (digits: string) => digits.replace(/0+$/, '')
  const [p, q] = [part(left![2]!), part(right![2]!)]
  return p === q ? 0 : p < q ? -1 : 1
}
