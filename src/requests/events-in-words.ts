type Event = { kind: string; details: Record<string, unknown>; at: Date }

/** More new issues than this are told together: a request may make a thousand. */
const mostTold = 5

/** Events of which a long run of packs made is one, with their `count`. */
export function together<T extends Event>(events: readonly T[]): T[] {
  const made = events.filter(({ kind }) => kind === 'pack-issued')
  if (made.length <= mostTold) return [...events]
  const [first] = made
  return events
    .filter((event) => event.kind !== 'pack-issued' || event === first)
    .map((event) => (event === first ? { ...event, details: { count: made.length } } : event))
}

/** The word of an event in `requests.event.*`: its kind, or of several packs at once how they went. */
export function wordOf(kind: string, details: Record<string, unknown>): string {
  if (kind === 'pack-issued' && 'count' in details) return 'packs-issued'
  if (kind === 'pack-fetched' && 'way' in details)
    return details['way'] === 'mail' ? 'packs-mail' : 'packs-zip'
  return kind
}
