import { text } from '../../web/forms.ts'

export const whoseList = ['all', 'mine'] as const

export type KeepFilter = { text: string; whose: (typeof whoseList)[number] }

/** The filter in the address of the list; what it does not know is its default. */
export function readFilter(query: unknown): KeepFilter {
  const given = (query ?? {}) as Record<string, unknown>
  return {
    text: text(given['text']).slice(0, 100),
    whose: whoseList.find((one) => one === given['whose']) ?? 'all',
  }
}

/** Address of the list with this filter, from a row on. */
export function keepHref(base: string, filter: KeepFilter, after?: string): string {
  const query = new URLSearchParams({
    ...(filter.text && { text: filter.text }),
    ...(filter.whose !== 'all' && { whose: filter.whose }),
    ...(after && { after }),
  })
  return query.size > 0 ? `${base}/plans?${query}` : `${base}/plans`
}
