import type { Until } from './types.ts'
import { compareVersions } from './values.ts'

/** One feature of one daemon, whatever the letters. */
export function featureKey({ vendor, name }: { vendor: string; name: string }): string {
  return `${vendor.toLowerCase()} ${name.toLowerCase()}`
}

/** The last day; null: never ends, or unreadable. */
export function endOf(until: Until): string | null {
  return until === null || until === 'permanent' ? null : until.day
}

/** Spellings of one version (1.0, 1.000, 01) are the same text. */
export function sameVersion(version: string): string {
  const [whole = '', part = ''] = version.slice(0, 60).split('.')
  const number = `${whole.replace(/^0+/, '')}.${part.replace(/0+$/, '')}`
  return compareVersions(number, version) === 0 ? number : version
}
