import { formatHostId } from '../hosts/host-id.ts'
import { formatRequestNumber } from '../requests/number.ts'
import type { Locale } from './i18n.ts'

/** Days, instants and numbers as a reader of one language and time zone writes them. */
export interface Format {
  /** '2026-11-24' → "24 November 2026". */
  date(day: string | null | undefined): string
  /** '2026-11-24' → "24 Nov 2026". */
  shortDate(day: string | null | undefined): string
  /** An instant with its time zone's name. */
  time(at: Date | null | undefined): string
  /** The day of an instant in the reader's zone. */
  day(at: Date | null | undefined): string
  number(n: number): string
  list(items: string[]): string
  country(code: string): string
  requestNumber(n: number): string
  hostId(kind: string, value: string): string
}

const made = new Map<string, Format>()

export function formatFor(locale: Locale, timeZone: string): Format {
  const key = `${locale} ${timeZone}`
  let format = made.get(key)
  if (!format) {
    format = makeFormat(locale === 'en' ? 'en-GB' : locale, timeZone)
    made.set(key, format)
  }
  return format
}

/** Today in a time zone, 'YYYY-MM-DD'. */
export function todayIn(timeZone: string, now = new Date()): string {
  const minute = Math.floor(now.getTime() / 60_000)
  const last = lastDays.get(timeZone)
  if (last?.minute === minute) return last.day
  const day = isoDay(timeZone).format(now)
  lastDays.set(timeZone, { minute, day })
  return day
}

// Asked several times for each page; a day begins with a minute everywhere.
const lastDays = new Map<string, { minute: number; day: string }>()
const isoDays = new Map<string, Intl.DateTimeFormat>()

function isoDay(timeZone: string): Intl.DateTimeFormat {
  let format = isoDays.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
    isoDays.set(timeZone, format)
  }
  return format
}

function makeFormat(tag: string, timeZone: string): Format {
  const long = new Intl.DateTimeFormat(tag, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })
  const short = new Intl.DateTimeFormat(tag, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  })
  const day = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'long', year: 'numeric', timeZone })
  const time = new Intl.DateTimeFormat(tag, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone,
  })
  const number = new Intl.NumberFormat(tag)
  const list = new Intl.ListFormat(tag, { type: 'conjunction' })
  const countries = new Intl.DisplayNames(tag, { type: 'region', fallback: 'code' })
  const utc = (text: string) => new Date(`${text}T00:00:00Z`)
  // French writes the first day of a month as an ordinal, which Intl does not.
  const first = (text: string) => (tag === 'fr' ? text.replace(/^1(?=\s)/, '1er') : text)
  return {
    date: (text) => (text ? first(long.format(utc(text))) : ''),
    shortDate: (text) => (text ? first(short.format(utc(text))) : ''),
    time: (at) => (at ? first(time.format(at)) : ''),
    day: (at) => (at ? first(day.format(at)) : ''),
    number: (n) => number.format(n),
    list: (items) => list.format(items),
    country: (code) => (/^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code),
    requestNumber: formatRequestNumber,
    hostId: formatHostId,
  }
}
