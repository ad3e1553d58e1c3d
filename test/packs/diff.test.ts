import fc from 'fast-check'
import { expect, test } from 'vitest'
import { composePack } from '../../src/packs/compose.ts'
import { diffPacks } from '../../src/packs/diff.ts'
import { signPack } from '../../src/packs/sign.ts'
import { AT, anyPack, EXTENDED, FLOATING, LOCKED, makeKey, SAMPLE } from './sample.ts'

const signs = (before: string | null, after: string) =>
  diffPacks(before, after).map(({ sign, text }) => `${sign}${text.split(' ').slice(0, 2).join(' ')}`)

test('signatures, a new issue and a new day alone are no difference', () => {
  const before = signPack(SAMPLE, makeKey(), AT).text
  const after = composePack({ ...SAMPLE, issue: 4, date: '2026-12-01', requestNumber: 100000025 })
  expect(diffPacks(before, after).filter(({ sign }) => sign !== ' ')).toEqual([])
  expect(
    diffPacks(before, after)
      .map(({ text }) => text)
      .join('\n'),
  ).not.toMatch(/SIGN=|ISSUED=/)
})

test('a START that has passed is no difference', () => {
  const after = composePack({ ...SAMPLE, issue: 4, date: '2027-01-02' })
  expect(diffPacks(composePack(SAMPLE), after).filter(({ sign }) => sign !== ' ')).toEqual([])
})

test('lines that come and go are marked at their place', () => {
  const before = composePack({ ...SAMPLE, lines: [FLOATING, LOCKED] })
  const after = composePack({ ...SAMPLE, issue: 4, lines: [{ ...FLOATING, quantity: 3 }, EXTENDED, LOCKED] })
  expect(signs(before, after)).toEqual([
    ' INCREMENT VIEW',
    ' SERVER lyo-lic-01.example.com',
    ' VENDOR opend',
    ' USE_SERVER',
    '-INCREMENT CAD_BASE',
    '-INCREMENT CAD_3D',
    '+INCREMENT CAD_BASE',
    '+INCREMENT CAD_3D',
    '+INCREMENT CAD_SHEET',
  ])
})

test('the first pack of a host is all new, an emptied one all gone', () => {
  const text = composePack({ ...SAMPLE, lines: [LOCKED] })
  expect(signs(null, text)).toEqual(['+INCREMENT VIEW'])
  expect(signs(text, composePack({ ...SAMPLE, lines: [] }))).toEqual(['-INCREMENT VIEW'])
})

test('what stays and goes is the old pack, what stays and comes is the new one', () => {
  fc.assert(
    fc.property(anyPack, anyPack, (one, two) => {
      const plain = (text: string) => diffPacks(null, text).map(({ text: line }) => line)
      const [before, after] = [{ ...one, date: two.date }, two].map(composePack)
      const diff = diffPacks(before!, after!)
      const side = (sign: string) => diff.filter((line) => line.sign !== sign).map(({ text }) => text)
      expect(side('-')).toEqual(plain(after!))
      expect(side('+').toSorted()).toEqual(plain(before!).toSorted())
    }),
  )
})
