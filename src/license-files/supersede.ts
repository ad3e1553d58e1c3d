import type { Steps } from '../turns.ts'
import { endOf, featureKey } from './keys.ts'
import type { License, Package } from './types.ts'

type Issued = Pick<License | Package, 'name' | 'vendor' | 'issued' | 'supersedes' | 'line'> & {
  start?: License['start']
}

/** By feature: the day of the latest line with SUPERSEDE, and that line's row. */
export type Supersessions = Map<string, { day: string; row: number }>

/** What lines with SUPERSEDE and a date of issue replace: all of those features that were issued before that day. */
export function* supersessions(lines: Iterable<Issued>): Steps<Supersessions> {
  const found: Supersessions = new Map()
  for (const line of lines) {
    yield
    const day = issuedOn(line)
    if (day === null) continue
    for (const name of line.supersedes) {
      const key = featureKey({ vendor: line.vendor, name })
      const before = found.get(key)
      if (!before || before.day < day) found.set(key, { day, row: line.line.rows[0]! })
    }
  }
  return found
}

/** The row that supersedes the line; undefined: none. A line without a date of issue counts as older than any. */
export function isSuperseded(line: Issued, found: Supersessions): number | undefined {
  if (found.size === 0) return undefined
  const by = found.get(featureKey(line))
  if (!by || by.row === line.line.rows[0]) return undefined
  return (issuedOn(line) ?? '') < by.day ? by.row : undefined
}

function issuedOn({ issued, start = null }: Issued): string | null {
  return endOf(issued) ?? endOf(start)
}
