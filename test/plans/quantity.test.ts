import { expect, test } from 'vitest'
import { readQuantity } from '../../src/plans/quantity.ts'

const problemOf = (typed: string) => {
  const read = readQuantity(typed)
  return 'problem' in read ? read.problem.key.replace('plans.quantity.', '') : read.quantity
}

test('a quantity is digits of any script, with blanks or apostrophes between them', () => {
  for (const [typed, quantity] of [
    ['4', 4],
    ['+4', 4],
    ['0004', 4],
    [' 1 000 ', 1000],
    ['1\u202f000', 1000],
    ['1\u00a0000', 1000],
    ["1'000", 1000],
    ['1’000', 1000],
    ['４２', 42],
    ['٤٢', 42],
    ['۴۲', 42],
    ['४२', 42],
    ['2147483647', 2_147_483_647],
  ] as const)
    expect([typed, problemOf(typed)]).toEqual([typed, quantity])
})

test('what is none says what is wrong with it', () => {
  for (const [typed, problem] of [
    ['', 'missing'],
    ['  ', 'missing'],
    ['four', 'notNumber'],
    ['1e9', 'notNumber'],
    ['0x1', 'notNumber'],
    ['½', 'notNumber'],
    ['0', 'tooFew'],
    ['-1', 'tooFew'],
    ['−1', 'tooFew'],
    ['1.5', 'notWhole'],
    ['1,5', 'notWhole'],
    ['0.0', 'notWhole'],
    ['1,000', 'grouped'],
    ['1.000', 'grouped'],
    ['1,000,000', 'grouped'],
    ['2147483648', 'tooLarge'],
  ])
    expect([typed, problemOf(typed!)]).toEqual([typed, problem])
  expect(readQuantity('1,000')).toMatchObject({ problem: { params: { typed: '1,000', digits: '1000' } } })
})
