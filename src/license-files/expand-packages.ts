import type { Steps } from '../turns.ts'
import type { Explained, LicenseKind } from './explain.ts'
import { featureKey, sameVersion } from './keys.ts'
import { isSuperseded, supersessions } from './supersede.ts'
import type { Package } from './types.ts'

export type UnpackedComponent = {
  name: string
  vendor: string
  version: string
  /** Null: uncounted. */
  count: number | null
  kind: LicenseKind
  until: string | null
  of: Package
}

export type Unpacked = {
  /** By package, with the license lines that enable it; none of these: it gives nothing. */
  packages: { of: Package; supersededBy: number | null; enabledBy: Explained[] }[]
  components: UnpackedComponent[]
  /** Lines that are taken up by their package and give nothing by their own name. */
  enabling: Set<Explained>
  /** Components beyond those that are listed. */
  hidden: number
}

/** A package of a thousand parts under a thousand lines would be a million. */
const MOST = 5000

/**
 * A PACKAGE gives nothing by itself: a license line of its name (and version, where it has one) enables it, and then
 * each component has the version and count that stand with it, or those of that line. A count multiplies the line's; in
 * a suite it has none, and the line's own name is checked out with each component.
 */
export function* expandPackages(packages: readonly Package[], lines: readonly Explained[]): Steps<Unpacked> {
  const waiting = byNameAndVersion(lines, new Set(packages.map(featureKey)))
  const replaced = yield* supersessions(packages)
  const unpacked: Unpacked = { packages: [], components: [], enabling: new Set(), hidden: 0 }
  for (const of of packages) {
    const supersededBy = isSuperseded(of, replaced) ?? null
    const enabledBy = supersededBy === null ? take(waiting, of) : []
    unpacked.packages.push({ of, supersededBy, enabledBy })
    for (const line of enabledBy) {
      unpack(unpacked, of, line)
      yield
    }
  }
  return unpacked
}

type Waiting = Map<string, Map<string, Explained[]>>

/** Lines in force of the names that packages have. */
function byNameAndVersion(lines: readonly Explained[], names: ReadonlySet<string>): Waiting {
  const waiting: Waiting = new Map()
  for (const line of lines) {
    const { key, state } = line
    if (state !== 'in-force' || !names.has(key)) continue
    const versions = waiting.get(key) ?? new Map<string, Explained[]>()
    waiting.set(key, versions)
    const version = sameVersion(line.license.version)
    const same = versions.get(version)
    if (same) same.push(line)
    else versions.set(version, [line])
  }
  return waiting
}

/** The lines that enable a package; a line enables the first that it fits. */
function take(waiting: Waiting, of: Package): Explained[] {
  const versions = waiting.get(featureKey(of))
  if (!versions) return []
  if (of.version === '') {
    waiting.delete(featureKey(of))
    return [...versions.values()].flat()
  }
  const version = sameVersion(of.version)
  const lines = versions.get(version) ?? []
  versions.delete(version)
  return lines
}

function unpack(unpacked: Unpacked, of: Package, line: Explained): void {
  if (!of.isSuite) unpacked.enabling.add(line)
  const room = Math.max(0, MOST - unpacked.components.length)
  unpacked.hidden += Math.max(0, of.components.length - room)
  const { kind, until, license } = line
  for (const { name, version, count } of of.components.slice(0, room)) {
    const times = of.isSuite ? 1 : (count ?? 1)
    unpacked.components.push({
      name,
      vendor: of.vendor || license.vendor,
      version: version || license.version,
      count: line.count === null ? null : line.count * times,
      ...{ kind, until, of },
    })
  }
}
