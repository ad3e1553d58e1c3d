import type { FeatureSum } from './explain.ts'
import { featureKey, sameVersion } from './keys.ts'
import type { OwnFeature } from './queries.ts'

/**
 * What a feature of the file is here. `foreign`: of another publisher's daemon; `unsold`: of ours, but no product grants
 * it; `not-owned`, `more` (in the file than owned), `part` (the file has less than is owned), `same`; `none`: nothing of
 * it is in force in the file.
 */
export type Verdict = 'foreign' | 'unsold' | 'not-owned' | 'more' | 'part' | 'same' | 'none'

export type Compared = {
  sum: FeatureSum
  verdict: Verdict
  /** Licenses in force, those that are not counted as one a line. */
  inFile: number
  owned: number
  placed: number
  /** Products that grant it, those that the company owns first. */
  products: { partNumber: string; name: string; isOwned: boolean }[]
  /** Versions that these products have, where the file has none of them. */
  otherVersions: string[]
}

/** Compares each feature of a file with the publisher's products and with what the company owns of them. */
export function compareFeatures(
  sums: readonly FeatureSum[],
  own: readonly OwnFeature[],
  daemons: ReadonlySet<string>,
): Compared[] {
  const byKey = new Map<string, OwnFeature[]>()
  for (const feature of own) {
    const key = featureKey({ vendor: feature.daemon, name: feature.name })
    const others = byKey.get(key)
    if (others) others.push(feature)
    else byKey.set(key, [feature])
  }
  return sums.map((sum) => compareOne(sum, byKey.get(featureKey(sum)) ?? [], daemons))
}

function compareOne(sum: FeatureSum, granted: OwnFeature[], daemons: ReadonlySet<string>): Compared {
  const owned = granted.reduce((total, feature) => total + feature.owned, 0)
  const inFile = sum.counted + sum.uncounted
  const isOther = granted.length > 0 && sum.versions.length > 0 && !hasVersionOf(sum, granted)
  return {
    sum,
    verdict: verdictOf(sum, {
      inFile,
      owned,
      isOurs: daemons.has(sum.vendor.toLowerCase()),
      isSold: granted.length > 0,
    }),
    inFile,
    owned,
    placed: granted.reduce((total, feature) => total + feature.placed, 0),
    products: granted.map(({ partNumber, product, owned: of }) => ({
      partNumber,
      name: product,
      isOwned: of > 0,
    })),
    otherVersions: isOther ? [...new Set(granted.map(({ version }) => version))] : [],
  }
}

function hasVersionOf({ versions }: FeatureSum, granted: readonly OwnFeature[]): boolean {
  const inFile = new Set(versions.map(sameVersion))
  return granted.some(({ version }) => inFile.has(sameVersion(version)))
}

type Facts = { inFile: number; owned: number; isOurs: boolean; isSold: boolean }

function verdictOf(sum: FeatureSum, { inFile, owned, isOurs, isSold }: Facts): Verdict {
  if (!isOurs) return 'foreign'
  if (!isSold) return 'unsold'
  if (sum.inForce === 0) return 'none'
  if (owned === 0) return 'not-owned'
  if (inFile === owned) return 'same'
  return inFile > owned ? 'more' : 'part'
}
