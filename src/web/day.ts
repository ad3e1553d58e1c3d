/**
 * A day as a date field sends it ('2026-05-01'), or typed day first with points, slashes or hyphens ('1.5.2026'), as
 * 'YYYY-MM-DD'; undefined where the text names no day that exists.
 */
export function readDay(typed: string): string | undefined {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(typed)
  const dayFirst = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(typed)
  const [year, month, day] = iso ? iso.slice(1) : dayFirst ? dayFirst.slice(1).reverse() : []
  if (!year || !month || !day || Number(year) < 1900) return undefined
  const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const time = Date.parse(`${written}T00:00:00Z`)
  const exists = !Number.isNaN(time) && new Date(time).toISOString().startsWith(written)
  return exists ? written : undefined
}
