import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatRequestNumber,
  parseRequestNumber,
  requestNumberFromSequence,
} from '../../src/requests/number.ts'
import en from '../../src/words/en/request-number.json' with { type: 'json' }
import fr from '../../src/words/fr/request-number.json' with { type: 'json' }

const sequence = fc.integer({ min: 10_000_000, max: 99_999_999 })

test('the first request is 100-000-009, the next 100-000-017', () => {
  expect(requestNumberFromSequence(10_000_000)).toBe(100_000_009)
  expect(requestNumberFromSequence(10_000_001n)).toBe(100_000_017)
  expect(formatRequestNumber(100_000_017)).toBe('100-000-017')
})

test('a sequence value outside eight digits is a fault', () => {
  expect(() => requestNumberFromSequence(9_999_999)).toThrow(RangeError)
  expect(() => requestNumberFromSequence(100_000_000)).toThrow(RangeError)
})

test('a number is read with or without spaces and hyphens', () => {
  for (const typed of [
    '100000017',
    '100-000-017',
    ' 100 000 017 ',
    '100\u00a0000\u202f017',
    '100‑000–017',
    '100.000.017',
  ])
    expect(parseRequestNumber(typed)).toEqual({ number: 100_000_017 })
})

test('every number made is read again', () => {
  fc.assert(
    fc.property(sequence, (value) => {
      const number = requestNumberFromSequence(value)
      expect(parseRequestNumber(formatRequestNumber(number))).toEqual({ number })
    }),
  )
})

test('any one wrong digit is said to be a typing error', () => {
  fc.assert(
    fc.property(sequence, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 9 }), (value, at, by) => {
      const digits = [...String(requestNumberFromSequence(value))]
      digits[at] = String((Number(digits[at]) + by) % 10)
      expect(parseRequestNumber(digits.join(''))).toMatchObject({ problem: 'request-number.check' })
    }),
  )
})

test('what cannot be a request number is told why, in both languages', () => {
  const wrong = {
    '': 'empty',
    '  - ': 'empty',
    '12a': 'digits',
    '10000001': 'length',
    '1000000170': 'length',
    '000000000': 'zero',
  }
  for (const [typed, name] of Object.entries({ ...wrong, '100-000-018': 'check' })) {
    const key = `request-number.${name}`
    expect(parseRequestNumber(typed)).toMatchObject({ problem: key })
    expect(en).toHaveProperty([key])
    expect(fr).toHaveProperty([key])
  }
})
