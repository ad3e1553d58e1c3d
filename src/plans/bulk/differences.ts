/** What an entitlement's quantity on a host is, and what it is to be. */
export type Target = { entitlementId: string; hostId: string; label: string; now: number; wanted: number }

export type Difference = {
  entitlementId: string
  fromHostId: string | null
  toHostId: string | null
  quantity: number
}

type Rest = { hostId: string; left: number }

/**
 * The transfers that make every target so. Of each entitlement, what leaves one host goes to the hosts that get more,
 * both in the order of their labels; what is left over goes back to the pool or comes from it. The same targets give
 * the same transfers, in whatever order they come. Each pair of entitlement and host stands in it once.
 */
export function differences(targets: readonly Target[]): Difference[] {
  const changed = targets.filter(({ now, wanted }) => now !== wanted).toSorted(byLabel)
  const groups = Map.groupBy(changed, ({ entitlementId }) => entitlementId)
  return [...groups].flatMap(([entitlementId, of]) => pair(entitlementId, of))
}

function pair(entitlementId: string, targets: readonly Target[]): Difference[] {
  const gives = targets.filter(({ now, wanted }) => wanted < now).map(rest)
  const takes = targets.filter(({ now, wanted }) => wanted > now).map(rest)
  const lines: Difference[] = []
  const add = (fromHostId: string | null, toHostId: string | null, quantity: number) =>
    lines.push({ entitlementId, fromHostId, toHostId, quantity })
  let next = 0
  for (const give of gives) {
    for (let take = takes[next]; take && give.left > 0; take = takes[next]) {
      const quantity = Math.min(give.left, take.left)
      add(give.hostId, take.hostId, quantity)
      give.left -= quantity
      take.left -= quantity
      if (take.left === 0) next++
    }
    if (give.left > 0) add(give.hostId, null, give.left)
  }
  for (const take of takes.slice(next)) add(null, take.hostId, take.left)
  return lines
}

function rest({ hostId, now, wanted }: Target): Rest {
  return { hostId, left: Math.abs(wanted - now) }
}

function byLabel(a: Target, b: Target): number {
  return compare(a.label, b.label) || compare(a.hostId, b.hostId)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
