import fc from 'fast-check'
import { expect, test } from 'vitest'
import { neutral, original } from '../../src/web/csv.ts'

test('quality 17: no cell of the spreadsheet’s file begins, after blanks, with a sign that starts a formula', () => {
  const blanks = fc.stringMatching(/^[ \t\r\n]{0,3}$/)
  const starts = fc.constantFrom('=', '+', '-', '@', '\t', '\r')
  fc.assert(
    fc.property(blanks, starts, fc.string(), (before, sign, rest) => {
      expect(neutral(before + sign + rest)).toBe(`'${before}${sign}${rest}`)
    }),
  )
})

test('other cells stay as they are', () => {
  for (const cell of ['', 'Forma Base', '02-AA-10-00-00-07', '2026-11-24', "O'Brien", ' x', 'a=b']) {
    expect(neutral(cell)).toBe(cell)
  }
})

test('what was kept from being a formula is read back as it was, apostrophes of its own included', () => {
  const starts = fc.constantFrom('', "'", "''", "' ", '=', "'=", "''+", '-', '@', '\uff1d')
  fc.assert(
    fc.property(starts, fc.string(), (start, rest) => {
      const cell = `${start}${rest}`.replaceAll('\0', '').trim()
      expect(original(neutral(cell))).toBe(cell)
    }),
  )
})
