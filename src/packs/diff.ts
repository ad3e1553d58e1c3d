import { attributeOf } from './canonical.ts'
import { dayOfFlexnetDate } from './formats/flexnet.ts'
import { type ReadLine, readLicenseFile } from './formats/flexnet-reader.ts'

export type DiffLine = { sign: '+' | '-' | ' '; text: string }

/**
 * The license lines (SERVER, VENDOR and the like included) that come and go between two packs of a host, in
 * the order of the file. SIGN, ISSUED and a START that has passed are left out, so lines which only these tell
 * apart are the same. `before` is null where the host has no pack yet.
 */
export function diffPacks(before: string | null, after: string): DiffLine[] {
  const lines = readLicenseFile(after).lines
  const day = lines.map((line) => dayOf(line, 'ISSUED')).find(Boolean) ?? ''
  const now = lines.map((line) => plain(line, day))
  const old = before === null ? [] : readLicenseFile(before).lines.map((line) => plain(line, day))
  const stayOld = inBoth(old, now)
  const stayNow = inBoth(now, old)
  const result: DiffLine[] = []
  let i = 0
  for (const [j, text] of now.entries()) {
    if (!stayNow[j]) {
      result.push({ sign: '+', text })
      continue
    }
    while (i < old.length && !stayOld[i]) result.push({ sign: '-', text: old[i++]! })
    result.push({ sign: ' ', text })
    i++
  }
  const rest = old.flatMap((text, index): DiffLine[] =>
    index >= i && !stayOld[index] ? [{ sign: '-', text }] : [],
  )
  return goesBeforeComes([...result, ...rest])
}

function plain(line: ReadLine, day: string): string {
  const started = (dayOf(line, 'START') ?? '') <= day
  const left = ['SIGN=', 'ISSUED=', ...(started ? ['START='] : [])]
  return line.words.filter((item) => !left.some((start) => item.startsWith(start))).join(' ')
}

function dayOf({ words }: ReadLine, name: string): string | undefined {
  return dayOfFlexnetDate(attributeOf(words, name) ?? '') ?? undefined
}

/** For each line whether it has a partner on the other side; a line that is there twice needs two. */
function inBoth(lines: string[], others: string[]): boolean[] {
  const left = new Map<string, number>()
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1)
  return lines.map((line) => {
    const count = left.get(line) ?? 0
    left.set(line, count - 1)
    return count > 0
  })
}

/** Within a run of changes first what goes, then what comes, as people read it. */
function goesBeforeComes(lines: DiffLine[]): DiffLine[] {
  const result: DiffLine[] = []
  let run: DiffLine[] = []
  const flush = () => {
    result.push(...run.filter(({ sign }) => sign === '-'), ...run.filter(({ sign }) => sign === '+'))
    run = []
  }
  for (const line of lines) {
    if (line.sign === ' ') {
      flush()
      result.push(line)
    } else run.push(line)
  }
  flush()
  return result
}
