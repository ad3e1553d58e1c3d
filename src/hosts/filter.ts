import { text } from '../web/forms.ts'

/** Which hosts to show; the first is the default. */
export const shows = ['all', 'active', 'retired', 'duplicates'] as const

export type HostFilter = {
  /** Part of a label, city, server name, host ID in any spelling, product, number, note or name; '' for any. */
  text: string
  /** Part number of a product placed there; '' for any. */
  product: string
  show: (typeof shows)[number]
}

/** The filter of an address; what it does not know counts as not said. */
export function readFilter(query: unknown): HostFilter {
  const given = query as Record<string, unknown>
  return {
    text: text(given['text']).slice(0, 100),
    product: text(given['product']).slice(0, 100),
    show: shows.find((show) => show === given['show']) ?? 'all',
  }
}

/** The address of the list with the filter, so far as it says something, and what else is given. */
export function listHref(
  base: string,
  filter: Partial<HostFilter>,
  more: Record<string, string> = {},
): string {
  const { text, product, show } = filter
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ text, product, show: show === 'all' ? '' : show, ...more })) {
    if (value) query.set(name, value)
  }
  return query.size ? `${base}/hosts?${query}` : `${base}/hosts`
}
