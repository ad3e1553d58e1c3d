import { qrSymbol } from './symbol.ts'

const quietZone = 4

/** A QR code for an inline SVG: the side of its view box in modules, quiet zone included, and the path of the dark ones. */
export function qrPath(text: string): { side: number; path: string } {
  const modules = qrSymbol(text)
  const path = modules
    .flatMap((row, y) =>
      runsOf(row).map(({ x, length }) => `M${x + quietZone} ${y + quietZone}h${length}v1h-${length}z`),
    )
    .join('')
  return { side: modules.length + 2 * quietZone, path }
}

function runsOf(row: boolean[]): { x: number; length: number }[] {
  const line = row.map((dark) => (dark ? '1' : '0')).join('')
  return [...line.matchAll(/1+/g)].map((run) => ({ x: run.index, length: run[0].length }))
}
