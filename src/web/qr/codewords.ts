import { errorCorrection } from './error-correction.ts'

// Error correction level M, versions 1 to 20 (ISO/IEC 18004, table 9): up to 666 bytes, an otpauth: link has some 150.
const correctionOfBlock = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26]
const blockCounts = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16]
const largestVersion = blockCounts.length

/** Codewords that fit into a symbol of that version, data and error correction together. */
function capacity(version: number): number {
  let modules = (16 * version + 128) * version + 64
  if (version >= 2) {
    const aligned = Math.floor(version / 7) + 2
    modules -= (25 * aligned - 10) * aligned - 55
    if (version >= 7) modules -= 36
  }
  return Math.floor(modules / 8)
}

function dataCapacity(version: number): number {
  return capacity(version) - correctionOfBlock[version - 1]! * blockCounts[version - 1]!
}

/** The smallest version that takes the text, and all codewords of its symbol in their order. */
export function codewordsOf(text: string): { version: number; codewords: number[] } {
  const bytes = [...Buffer.from(text, 'utf8')]
  for (let version = 1; version <= largestVersion; version++) {
    const lengthBits = version < 10 ? 8 : 16
    if (4 + lengthBits + bytes.length * 8 <= dataCapacity(version) * 8) {
      return { version, codewords: interleave(version, dataOf(bytes, lengthBits, dataCapacity(version))) }
    }
  }
  throw new RangeError('too long for a QR code')
}

/** Byte mode: indicator, length, bytes, terminator, and padding up to the size of the symbol. */
function dataOf(bytes: number[], lengthBits: number, size: number): number[] {
  let bits = `0100${bytes.length.toString(2).padStart(lengthBits, '0')}`
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  bits += '0'.repeat(Math.min(4, size * 8 - bits.length))
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0')
  const data = (bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2))
  for (let padding = 0xec; data.length < size; padding ^= 0xec ^ 0x11) data.push(padding)
  return data
}

/** Blocks with their error correction, a codeword of each in turn. */
function interleave(version: number, data: number[]): number[] {
  const count = blockCounts[version - 1]!
  const correction = correctionOfBlock[version - 1]!
  const shortLength = Math.floor(data.length / count)
  const shortCount = count - (data.length % count)
  const blocks: { data: number[]; correction: number[] }[] = []
  let at = 0
  for (let block = 0; block < count; block++) {
    const part = data.slice(at, at + shortLength + (block < shortCount ? 0 : 1))
    at += part.length
    blocks.push({ data: part, correction: errorCorrection(part, correction) })
  }
  return [...inTurn(blocks.map((block) => block.data)), ...inTurn(blocks.map((block) => block.correction))]
}

function inTurn(blocks: number[][]): number[] {
  const longest = Math.max(...blocks.map((block) => block.length))
  return Array.from({ length: longest }, (_, i) => blocks.flatMap((block) => block[i] ?? [])).flat()
}
