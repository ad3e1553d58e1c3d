// Reed-Solomon over GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 (ISO/IEC 18004, section 7.5.2).

const polynomial = 0x11d

function multiply(a: number, b: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * polynomial)
    product ^= ((b >> bit) & 1) * a
  }
  return product
}

/** Coefficients of the generator polynomial of that degree, highest first, without the leading 1. */
function generator(degree: number): number[] {
  const result: number[] = [...Array(degree - 1).fill(0), 1]
  let root = 1
  for (let i = 0; i < degree; i++) {
    for (let j = 0; j < degree; j++) {
      result[j] = multiply(result[j]!, root) ^ (result[j + 1] ?? 0)
    }
    root = multiply(root, 2)
  }
  return result
}

/** The `count` error correction codewords of a block of data codewords. */
export function errorCorrection(data: readonly number[], count: number): number[] {
  const divisor = generator(count)
  const rest: number[] = Array(count).fill(0)
  for (const codeword of data) {
    const factor = codeword ^ rest.shift()!
    rest.push(0)
    for (const [i, coefficient] of divisor.entries()) rest[i]! ^= multiply(coefficient, factor)
  }
  return rest
}
