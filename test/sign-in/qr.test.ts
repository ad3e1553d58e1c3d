import { describe, expect, test } from 'vitest'
import { errorCorrection } from '../../src/web/qr/error-correction.ts'
import { masks } from '../../src/web/qr/masks.ts'
import { qrPath } from '../../src/web/qr/path.ts'
import { alignmentCentres, formatBits, qrSymbol, versionBits } from '../../src/web/qr/symbol.ts'

describe('QR codes against what is published', () => {
  test('error correction of the block that is worked out in public (1-M, HELLO WORLD)', () => {
    const data = [32, 91, 11, 120, 209, 114, 220, 77, 67, 64, 236, 17, 236, 17, 236, 17]
    expect(errorCorrection(data, 10)).toEqual([196, 35, 39, 119, 235, 215, 231, 226, 93, 23])
  })

  test('format information of level M (annex C)', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((mask) => formatBits(mask).toString(2))).toEqual([
      '101010000010010',
      '101000100100101',
      '101111001111100',
      '101101101001011',
      '100010111111001',
      '100000011001110',
      '100111110010111',
      '100101010100000',
    ])
  })

  test('version information (annex D) and alignment patterns (annex E)', () => {
    expect([7, 8, 20].map((version) => versionBits(version).toString(16))).toEqual(['7c94', '85bc', '149a6'])
    expect([1, 2, 7, 14, 20].map((version) => alignmentCentres(version))).toEqual([
      [],
      [6, 18],
      [6, 22, 38],
      [6, 26, 46, 66],
      [6, 34, 62, 90],
    ])
  })
})

describe('a QR code', () => {
  test.each([
    ['a', 1],
    ['otpauth://totp/Halden%20Software:ana%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', 6],
    ['é'.repeat(120), 12],
    ['x'.repeat(600), 20],
  ])('reads back as what it was made of', (text, atMost) => {
    const modules = qrSymbol(text)
    expect((modules.length - 17) / 4).toBeLessThanOrEqual(atMost)
    expect(read(modules)).toBe(text)
  })

  test('has its finders, its timing and a quiet zone', () => {
    const modules = qrSymbol('otpauth://totp/x')
    const size = modules.length
    for (const [x, y] of [
      [0, 0],
      [size - 7, 0],
      [0, size - 7],
    ] as const) {
      const rows = modules.slice(y, y + 7).map((row) =>
        row
          .slice(x, x + 7)
          .map(Number)
          .join(''),
      )
      expect(rows).toEqual(['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111'])
    }
    expect(
      modules[6]!
        .slice(8, size - 8)
        .map(Number)
        .join(''),
    ).toMatch(/^(10)+1$/)
    const { side, path } = qrPath('otpauth://totp/x')
    expect(side).toBe(size + 8)
    expect(path).toMatch(/^M4 4h7v1h-7z/)
  })

  test('too long a text is refused', () => {
    expect(() => qrSymbol('x'.repeat(700))).toThrow(RangeError)
  })
})

/** Reads a symbol without errors in it, by the blocks of the standard's table for level M. */
function read(modules: boolean[][]): string {
  const size = modules.length
  const version = (size - 17) / 4
  const format = Array.from({ length: 8 }, (_, i) => Number(modules[8]![size - 1 - i])).reduce(
    (a, b, i) => a | (b << i),
    0,
  )
  const mask = [0, 1, 2, 3, 4, 5, 6, 7].find((one) => (formatBits(one) & 255) === format)!
  const isFunction = functionModules(size, version)
  const bits: number[] = []
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right--
    const isUp = Math.floor((size - 1 - right) / 2) % 2 === 0
    for (let i = 0; i < size; i++) {
      const y = isUp ? size - 1 - i : i
      for (const x of [right, right - 1]) {
        if (!isFunction(x, y)) bits.push(Number(modules[y]![x]! !== masks[mask]!(x, y)))
      }
    }
  }
  const codewords = Array.from({ length: Math.floor(bits.length / 8) }, (_, i) =>
    Number.parseInt(bits.slice(i * 8, i * 8 + 8).join(''), 2),
  )
  const data = deinterleave(codewords, groups[version]!)
  const stream = data.map((byte) => byte.toString(2).padStart(8, '0')).join('')
  expect(stream.slice(0, 4)).toBe('0100')
  const head = version < 10 ? 12 : 20
  const length = Number.parseInt(stream.slice(4, head), 2)
  const bytes = Array.from({ length }, (_, i) =>
    Number.parseInt(stream.slice(head + i * 8, head + i * 8 + 8), 2),
  )
  return Buffer.from(bytes).toString('utf8')
}

/** Blocks of data codewords by version at level M: [how many, how long] (table 9). */
const groups: Record<number, [number, number][]> = {
  1: [[1, 16]],
  2: [[1, 28]],
  3: [[1, 44]],
  4: [[2, 32]],
  5: [[2, 43]],
  6: [[4, 27]],
  7: [[4, 31]],
  8: [
    [2, 38],
    [2, 39],
  ],
  9: [
    [3, 36],
    [2, 37],
  ],
  10: [
    [4, 43],
    [1, 44],
  ],
  11: [
    [1, 50],
    [4, 51],
  ],
  12: [
    [6, 36],
    [2, 37],
  ],
  18: [
    [9, 43],
    [4, 44],
  ],
  19: [
    [3, 44],
    [11, 45],
  ],
  20: [
    [3, 41],
    [13, 42],
  ],
}

function deinterleave(codewords: number[], blocks: [number, number][]): number[] {
  const lengths = blocks.flatMap(([count, length]) => Array<number>(count).fill(length))
  const parts: number[][] = lengths.map(() => [])
  let at = 0
  for (let i = 0; i < Math.max(...lengths); i++) {
    for (const [block, length] of lengths.entries()) if (i < length) parts[block]!.push(codewords[at++]!)
  }
  return parts.flat()
}

function functionModules(size: number, version: number) {
  const centres = alignmentCentres(version)
  const last = centres.at(-1)
  return (x: number, y: number): boolean => {
    if (x === 6 || y === 6) return true
    if ((x < 9 && y < 9) || (x < 9 && y >= size - 8) || (x >= size - 8 && y < 9)) return true
    if (version >= 7 && ((x < 6 && y >= size - 11) || (y < 6 && x >= size - 11))) return true
    return centres.some((cx) =>
      centres.some((cy) => {
        const atFinder = (cx === 6 && cy === 6) || (cx === 6 && cy === last) || (cx === last && cy === 6)
        return !atFinder && Math.abs(cx - x) <= 2 && Math.abs(cy - y) <= 2
      }),
    )
  }
}
