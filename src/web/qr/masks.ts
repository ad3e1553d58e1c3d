import type { Modules } from './symbol.ts'

/** Which modules a mask turns over, by column and row (ISO/IEC 18004, table 10). */
export const masks: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
]

/** How hard a symbol is to read (section 7.8.3): runs, squares, what looks like a finder, too much of one colour. */
export function penaltyOf(modules: Modules): number {
  const rows = modules.map(asText)
  const columns = modules.map((_, x) => asText(modules.map((row) => row[x]!)))
  const lines = [...rows, ...columns]
  return sum(lines.map(runs)) + squares(modules) + sum(lines.map(finders)) + balance(modules)
}

const asText = (line: boolean[]) => line.map((dark) => (dark ? '1' : '0')).join('')
const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)

function runs(line: string): number {
  return sum((line.match(/0{5,}|1{5,}/g) ?? []).map((run) => run.length - 2))
}

function squares(modules: Modules): number {
  let count = 0
  for (let y = 1; y < modules.length; y++) {
    for (let x = 1; x < modules.length; x++) {
      const dark = modules[y]![x]
      if (dark === modules[y]![x - 1] && dark === modules[y - 1]![x] && dark === modules[y - 1]![x - 1])
        count++
    }
  }
  return count * 3
}

/** 1:1:3:1:1 with four light modules before or after; beyond the edge all is light. */
function finders(line: string): number {
  const wide = `0000${line}0000`
  return 40 * ((wide.match(/(?=00001011101)/g) ?? []).length + (wide.match(/(?=10111010000)/g) ?? []).length)
}

function balance(modules: Modules): number {
  const total = modules.length ** 2
  const dark = modules.flat().filter(Boolean).length
  return Math.floor(Math.abs((dark / total) * 100 - 50) / 5) * 10
}
