import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { explainFile } from '../../src/license-files/explain.ts'
import { readLicenseFile } from '../../src/license-files/read-license-file.ts'

const today = '2026-11-24'
const explain = (text: string | Uint8Array) => explainFile(readLicenseFile(text), today)
const sample = (name: string) => explain(readFileSync(new URL(`samples/${name}`, import.meta.url)))
const states = (text: string | ReturnType<typeof explain>) =>
  (typeof text === 'string' ? explain(text) : text).lines.map(
    ({ license, state, because, count }) =>
      `${license.name} ${count} ${state}${because === null ? '' : ` ${because}`}`,
  )
const sum = (explained: ReturnType<typeof explain>, name: string) =>
  explained.sums.find((one) => one.name === name)!

test('kinds: floating, node-locked with and without a count, and locked to nothing', () => {
  expect(sample('ostrava-locked.lic').lines.map(({ kind }) => kind)).toEqual([
    'node-locked',
    'node-locked-counted',
    'node-locked',
    'open',
    'node-locked',
  ])
  expect(sample('bellwether-floating.lic').lines.map(({ kind }) => kind)).toEqual(Array(3).fill('floating'))
})

test('INCREMENT lines add up; of FEATURE lines the first by precedence is used', () => {
  expect(sum(sample('bellwether-floating.lic'), 'mesh_core')).toMatchObject({
    counted: 30,
    until: '2027-12-31',
  })
  expect(states(sample('corvane-triad.dat'))).toEqual([
    'cv_route 8 in-force',
    'cv_route 2 ignored 5',
    'cv_route 3 in-force',
    'cv_view null in-force',
  ])
  const head = 'SERVER s 001122334455\nVENDOR v\n'
  const lower = `${head}FEATURE f v 1.0 permanent 5 SIGN=1\nFEATURE f v 2.0 permanent 3 SIGN=1`
  expect(states(lower)).toEqual(['f 5 ignored 4', 'f 3 in-force'])
  expect(states(lower.replace('5 SIGN=1', '5 SIGN=1 sort=10'))).toEqual(['f 5 in-force', 'f 3 ignored 3'])
  expect(states(`${head}FEATURE f v 2.0 1-jan-2020 5 SIGN=1\nFEATURE f v 1.0 permanent 3 SIGN=1`)).toEqual([
    'f 5 expired',
    'f 3 in-force',
  ])
})

test('SUPERSEDE, UPGRADE, a start to come, and the same line again', () => {
  expect(states(sample('tessera-upgrades.lic'))).toEqual([
    't_edit 5 superseded 4',
    't_edit 7 in-force',
    't_edit 2 in-force 4',
    't_old1 5 superseded 8',
    't_old2 5 superseded 8',
    't_new 5 in-force',
    't_later 5 not-yet',
    't_twice 5 in-force',
    't_twice 5 in-force',
    't_twice 5 duplicate 10',
  ])
  expect(sum(sample('tessera-upgrades.lic'), 't_edit')).toMatchObject({
    counted: 9,
    versions: ['1.0', '2.0'],
  })
})

describe('packages', () => {
  const explained = sample('harrow-packages.lic')

  test('components take version and count of the line that enables them, or their own', () => {
    expect(sum(explained, 'hw_edit')).toMatchObject({ versions: ['3.0'], counted: 6 })
    expect(sum(explained, 'hw_render')).toMatchObject({ versions: ['2.5'], counted: 6 })
    expect(sum(explained, 'hw_font')).toMatchObject({ versions: ['1.5'], counted: 6 })
    expect(sum(explained, 'hw_paper')).toMatchObject({ versions: ['3.0'], counted: 12 })
  })

  test('a suite’s own name stays, that of another package is taken up; without a line it gives nothing', () => {
    expect(sum(explained, 'hw_suite')).toMatchObject({ counted: 6 })
    expect(sum(explained, 'hw_bundle')).toBeUndefined()
    expect(sum(explained, 'hw_never')).toBeUndefined()
  })
})

test('the last day still counts, the day after it is expired', () => {
  const line = (until: string) => states(`INCREMENT f v 1.0 ${until} 5 SIGN=1`)
  expect(line('24-nov-2026')).toEqual(['f 5 in-force'])
  expect(line('23-nov-2026')).toEqual(['f 5 expired'])
  expect(line('1-jan-0')).toEqual(['f 5 in-force'])
})
