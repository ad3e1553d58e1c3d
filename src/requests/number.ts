// Request numbers: nine digits, the last one a Luhn check digit (ISO/IEC 7812-1, annex B), shown in threes.

export type ReadNumber = { number: number } | { problem: string; params: Record<string, string | number> }

const SEPARATORS = /[\s\u00a0\u202f\-\u2010-\u2015.]/g

/** The request number made from a value of the sequence (eight digits): 10000000 → 100000009. */
export function requestNumberFromSequence(sequence: number | bigint): number {
  const body = String(sequence)
  if (!/^[1-9]\d{7}$/.test(body)) throw new RangeError(`not an eight-digit sequence value: ${body}`)
  return Number(body + checkDigit(body))
}

/** 100000009 → "100-000-009". */
export function formatRequestNumber(number: number | bigint): string {
  return String(number)
    .padStart(9, '0')
    .replace(/^(\d{3})(\d{3})(\d{3})$/, '$1-$2-$3')
}

/**
 * Reads what a person typed, with or without spaces, hyphens and dots.
 * A problem is a key of the catalogue (`request-number.*`); a wrong check digit is said to be a typing error.
 */
export function parseRequestNumber(text: string): ReadNumber {
  const digits = text.replace(SEPARATORS, '')
  if (digits === '') return problem('empty')
  if (!/^\d+$/.test(digits)) return problem('digits')
  if (digits.length !== 9) return problem('length', { count: digits.length })
  if (digits[0] === '0') return problem('zero')
  if (checkDigit(digits.slice(0, 8)) !== digits[8])
    return problem('check', { number: formatRequestNumber(Number(digits)) })
  return { number: Number(digits) }
}

function problem(name: string, params: Record<string, string | number> = {}): ReadNumber {
  return { problem: `request-number.${name}`, params }
}

/** The digit that makes the Luhn sum of `body` and itself a multiple of ten. */
function checkDigit(body: string): string {
  const sum = [...body].reverse().reduce((total, digit, index) => total + weight(Number(digit), index), 0)
  return String((10 - (sum % 10)) % 10)
}

function weight(digit: number, index: number): number {
  if (index % 2 === 1) return digit
  return digit * 2 > 9 ? digit * 2 - 9 : digit * 2
}
