import { codewordsOf } from './codewords.ts'
import { masks, penaltyOf } from './masks.ts'

/** Rows of modules; true is dark. */
export type Modules = boolean[][]

/** A QR code (ISO/IEC 18004) of a text in UTF-8: byte mode, error correction level M. Without its quiet zone. */
export function qrSymbol(text: string): Modules {
  const { version, codewords } = codewordsOf(text)
  const symbols = masks.map((_, mask) => draw(version, codewords, mask))
  const penalties = symbols.map(penaltyOf)
  return symbols[penalties.indexOf(Math.min(...penalties))]!
}

function draw(version: number, codewords: number[], mask: number): Modules {
  const size = version * 4 + 17
  const modules: Modules = Array.from({ length: size }, () => Array<boolean>(size).fill(false))
  const taken: Modules = Array.from({ length: size }, () => Array<boolean>(size).fill(false))
  const set = (x: number, y: number, dark: boolean) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return
    modules[y]![x] = dark
    taken[y]![x] = true
  }
  drawTiming(size, set)
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const) {
    drawFinder(x, y, set)
  }
  drawAlignment(version, size, set)
  drawFormat(mask, size, set)
  if (version >= 7) drawVersion(version, size, set)
  fill(modules, taken, codewords, mask)
  return modules
}

type Set = (x: number, y: number, dark: boolean) => void

function drawTiming(size: number, set: Set): void {
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0)
    set(i, 6, i % 2 === 0)
  }
}

/** With the light border that separates it. */
function drawFinder(x: number, y: number, set: Set): void {
  for (let dy = -4; dy <= 4; dy++) {
    for (let dx = -4; dx <= 4; dx++) {
      const ring = Math.max(Math.abs(dx), Math.abs(dy))
      set(x + dx, y + dy, ring !== 2 && ring !== 4)
    }
  }
}

function drawAlignment(version: number, size: number, set: Set): void {
  const at = alignmentCentres(version, size)
  const last = at.length - 1
  for (const [i, x] of at.entries()) {
    for (const [j, y] of at.entries()) {
      // The three corners of the finders have none.
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) continue
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) set(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1)
      }
    }
  }
}

/** Rows and columns of the alignment patterns (annex E). */
export function alignmentCentres(version: number, size = version * 4 + 17): number[] {
  if (version === 1) return []
  const count = Math.floor(version / 7) + 2
  const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2
  const centres = Array.from({ length: count - 1 }, (_, i) => size - 7 - i * step)
  return [6, ...centres.reverse()]
}

/** Level M (00) and the mask, with their BCH code (section 7.9). */
export function formatBits(mask: number): number {
  let rest = mask
  for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >> 9) * 0x537)
  return ((mask << 10) | rest) ^ 0x5412
}

function drawFormat(mask: number, size: number, set: Set): void {
  const bits = formatBits(mask)
  const bit = (i: number) => ((bits >> i) & 1) === 1
  for (let i = 0; i <= 5; i++) set(8, i, bit(i))
  set(8, 7, bit(6))
  set(8, 8, bit(7))
  set(7, 8, bit(8))
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i))
  for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i))
  for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i))
  set(8, size - 8, true)
}

/** The version with its BCH code (section 7.10). */
export function versionBits(version: number): number {
  let rest = version
  for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25)
  return (version << 12) | rest
}

function drawVersion(version: number, size: number, set: Set): void {
  const bits = versionBits(version)
  for (let i = 0; i < 18; i++) {
    const dark = ((bits >> i) & 1) === 1
    const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)]
    set(a, b, dark)
    set(b, a, dark)
  }
}

/** In columns of two, from the right, up and down in turn (section 7.7.3). What is left stays light, and is masked. */
function fill(modules: Modules, taken: Modules, codewords: number[], mask: number): void {
  const size = modules.length
  let at = 0
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5
    const isUp = ((right + 1) & 2) === 0
    for (let i = 0; i < size; i++) {
      const y = isUp ? size - 1 - i : i
      for (const x of [right, right - 1]) {
        if (taken[y]![x]) continue
        const bit = ((codewords[at >> 3] ?? 0) >> (7 - (at & 7))) & 1
        at++
        modules[y]![x] = (bit === 1) !== masks[mask]!(x, y)
      }
    }
  }
}
