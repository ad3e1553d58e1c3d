import type { Format } from '../web/format.ts'
import type { Translate } from '../web/i18n.ts'
import { expiringDays } from './filter.ts'
import type { EntitlementRow } from './product.ts'
import type { SummaryRow } from './queries.ts'
import { remember } from './remember.ts'

/** A remark beside a date: its words and the colour that helps them. */
type Tag = { kind: 'ok' | 'warn' | 'bad' | 'wait'; key: string; count?: number }

/** Until when something is owned. No date: without end. */
export type Until = {
  date: string | null
  /** The first of several dates: others end later, or never. */
  isFirst: boolean
  /** Nothing of it has begun yet. */
  startsOn?: string
  tags: Tag[]
}

/** Days from one day to another, both 'YYYY-MM-DD'. */
function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)
}

export function untilOfProduct(row: SummaryRow, today: string): Until {
  const { entitlements, expired, next_end_on, last_expired_on, over_placed } = row
  const isOver = expired > 0 && expired >= entitlements
  const date = isOver ? last_expired_on : next_end_on
  const tags: Tag[] = []
  if (isOver) tags.push({ kind: 'bad', key: 'licenses.tag.expired' })
  else {
    tags.push(...soon(next_end_on, today))
    if (expired > 0) tags.push({ kind: 'bad', key: 'licenses.tag.someExpired', count: expired })
  }
  if (over_placed > 0) tags.push({ kind: 'bad', key: 'licenses.tag.overPlaced' })
  return { date, isFirst: !isOver && date !== null && entitlements - expired > 1, tags }
}

/** The same of one entitlement, or of a line of the report. */
export function untilOfEntitlement(
  row: Pick<EntitlementRow, 'entitled' | 'placed' | 'starts_on' | 'ends_on'>,
  today: string,
): Until {
  const { ends_on, starts_on, placed, entitled } = row
  if (starts_on !== null && starts_on > today) {
    const over: Tag[] = placed > entitled ? [{ kind: 'bad', key: 'licenses.tag.overPlaced' }] : []
    return {
      date: ends_on,
      isFirst: false,
      startsOn: starts_on,
      tags: [{ kind: 'wait', key: 'licenses.tag.notYet' }, ...over],
    }
  }
  if (ends_on !== null && ends_on < today) {
    return { date: ends_on, isFirst: false, tags: [{ kind: 'bad', key: 'licenses.tag.expired' }] }
  }
  const tags = soon(ends_on, today)
  if (placed > entitled) tags.push({ kind: 'bad', key: 'licenses.tag.overPlaced' })
  return { date: ends_on, isFirst: false, tags }
}

function soon(date: string | null, today: string): Tag[] {
  if (date === null) return []
  const days = daysBetween(today, date)
  if (days < 0 || days > expiringDays) return []
  return [{ kind: 'warn', key: 'licenses.tag.days', count: days }]
}

/** The same in the reader's words: "31 Jan 2027", "perpetual", and the words of each tag. */
export function untilInWords({ date, isFirst, startsOn, tags }: Until, t: Translate, format: Format) {
  const end = date === null ? t('licenses.until.perpetual') : shortDate(format, date)
  const first = isFirst ? `${end} ${t('licenses.until.later')}` : end
  return {
    text: startsOn ? t('licenses.until.from', { start: shortDate(format, startsOn), end }) : first,
    tags: tags.map(({ kind, key, count }) => ({ kind, text: tagInWords(t, `${key} ${count ?? ''}`) })),
  }
}

const shortDate = remember((format: Format, date) => format.shortDate(date))

const tagInWords = remember((t: Translate, tag) => {
  const [key = '', count] = tag.split(' ')
  return t(key, count ? { count: Number(count) } : undefined)
})
