import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explainFile } from '../../src/license-files/explain.ts'
import { readLicenseFile } from '../../src/license-files/read-license-file.ts'

const folder = new URL('samples/', import.meta.url)
const samples = readdirSync(folder).map((name) => readFileSync(new URL(name, folder)))
const today = '2026-11-24'

function examine(given: Uint8Array | string): void {
  const file = readLicenseFile(given)
  const taken = file.lines.flatMap((line) => line.rows).sort((a, b) => a - b)
  expect(taken).toEqual(Array.from({ length: file.rows }, (_, index) => index + 1))
  expect(file.lines.every(({ text }) => !/[^\P{Cc}\t\n\f\r]/u.test(text))).toBe(true)
  const { lines } = explainFile(file, today)
  expect(lines).toHaveLength(file.licenses.length)
}

describe('whatever it is given', () => {
  test('bytes: it never throws and loses no row', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), examine), { numRuns: 500 })
  })

  test('text out of the parts of license files', () => {
    const part = fc.constantFrom(
      ...'SERVER|VENDOR|FEATURE|INCREMENT|PACKAGE|UPGRADE|USE_SERVER|server|#|>|\\|\n|\r\n|\r|"|\u201d|{|}|=|\\"|\t| |\0'.split(
        '|',
      ),
      ...'f1|1.0|1-jan-2027|permanent|5|uncounted|SIGN=|HOSTID=ANY|COMPONENTS=|a:1:2|SUPERSEDE|ISSUED=1-jan-2026'.split(
        '|',
      ),
    )
    const text = fc.array(part, { maxLength: 120 }).map((parts) => parts.join(' '))
    fc.assert(fc.property(text, examine), { numRuns: 1000 })
  })

  test('samples with bytes changed, rows doubled, cut and joined', () => {
    const mutation = fc.record({
      of: fc.constantFrom(...samples),
      cuts: fc.array(fc.tuple(fc.nat(1000), fc.nat(12), fc.uint8Array({ maxLength: 12 })), { maxLength: 8 }),
      with: fc.option(fc.constantFrom(...samples)),
    })
    const apply = ({ of, cuts, with: other }: typeof mutation extends fc.Arbitrary<infer T> ? T : never) => {
      let bytes = other ? Buffer.concat([of, other]) : of
      for (const [at, length, put] of cuts) {
        const from = at % (bytes.length + 1)
        bytes = Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + length)])
      }
      examine(bytes)
    }
    fc.assert(fc.property(mutation, apply), { numRuns: 1000 })
  })
})

type Written = {
  word: 'FEATURE' | 'INCREMENT'
  name: string
  vendor: string
  version: string
  until: string
  count: number | 'uncounted'
  notice: string
  hostId: string
}

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/)
const written: fc.Arbitrary<Written> = fc.record({
  word: fc.constantFrom('FEATURE' as const, 'INCREMENT' as const),
  name,
  vendor: name,
  version: fc.stringMatching(/^\d{1,4}(\.\d{1,4})?$/),
  until: fc.constantFrom('permanent', '2027-01-31', '1999-12-01'),
  count: fc.oneof(fc.integer({ min: 1, max: 99999 }), fc.constant('uncounted' as const)),
  notice: fc.stringMatching(/^[A-Za-zé,.;:'#=\u00fc-]{1,12}( [A-Za-zé,.;:'#={}-]{1,12}){0,6}$/),
  hostId: fc.stringMatching(/^[0-9a-e]{12}$/).filter((id) => !/^0+$/.test(id)),
})

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
function dateOf(until: string): string {
  const [year, month, day] = until.split('-')
  return until === 'permanent' ? until : `${day}-${months[Number(month) - 1]}-${year}`
}

/** A license line; broken after some words by a backslash, with these line ends. */
function write(one: Written, breaks: readonly boolean[], end: string): string {
  const words = [one.word, one.name, one.vendor, one.version, dateOf(one.until), String(one.count)]
  words.push(...`NOTICE="${one.notice}"`.split(' '), `HOSTID=${one.hostId}`, 'SIGN="01 02"')
  return words.map((word, index) => (index > 0 && breaks[index] ? `\\${end}\t${word}` : word)).join(' ')
}

test('what is written is what is read, however it is broken into rows', () => {
  const file = fc.record({
    licenses: fc.array(written, { minLength: 1, maxLength: 8 }),
    breaks: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
    end: fc.constantFrom('\n', '\r\n', '\r'),
  })
  fc.assert(
    fc.property(file, ({ licenses, breaks, end }) => {
      const text = licenses.map((one) => write(one, breaks, end)).join(end)
      const read = readLicenseFile(Buffer.from(text))
      expect(
        read.licenses.map(({ word, name, vendor, version, until, count, attributes, hostIds }) => ({
          ...{ word, name, vendor, version, count },
          until: until === 'permanent' ? until : until?.day,
          notice: attributes.find((given) => given.name === 'NOTICE')?.value,
          hostId: hostIds[0]?.text,
        })),
      ).toEqual(licenses.map((one) => ({ ...one })))
    }),
    { numRuns: 300 },
  )
})

describe('time in proportion to the size', () => {
  const size = 256 * 1024
  const fill = (piece: string) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size)
  const head = 'FEATURE f v 1.0 1-jan-2027 5 '
  test.each([
    ['license lines', fill('INCREMENT f v 1.0 1-jan-2027 5 SIGN=1\n')],
    [
      'upgrades of one feature',
      fill('UPGRADE f v 1.0 2.0 1-jan-2027 1 SIGN=1\nINCREMENT f v 1.0 permanent 1\n'),
    ],
    ['a quote that never closes', `${head}NOTICE="${fill('a b\\" ')}`],
    ['a quote over all rows', `${head}NOTICE="${fill('x \\\n')}`],
    ['blanks', `${head}${fill(' ')}x`],
    ['backslashes', `${head}${fill('\\')}`],
    ['braces', `${head}A=${fill('{')}`],
    ['words', `${head}${fill('w ')}`],
    ['empty rows', fill('\n')],
    ['quoting', fill('> ')],
    ['equals', head + fill('=')],
    ['zeros', `FEATURE f v ${fill('0')}1 1-jan-2027 5`],
    [
      'one package and what enables it',
      `PACKAGE f v COMPONENTS="${fill('c ').slice(size / 2)}"\n${fill('INCREMENT f v 1 permanent 1\n').slice(size / 2)}`,
    ],
    ['packages of one name', fill('PACKAGE f v 1.0 COMPONENTS=a\nINCREMENT f v 1.0 permanent 2\n')],
    ['names to supersede', `${head}ISSUED=1-jan-2026 SUPERSEDE="${fill('n ')}"`],
    ['host IDs', `SERVER h "${fill('001122334455 ')}"`],
  ])('a quarter of a megabyte of %s', (_, text) => {
    const started = performance.now()
    examineQuickly(text)
    // A tenth of a second, more where the machine is busy; a quadratic reader takes minutes.
    expect(performance.now() - started).toBeLessThan(8000)
  })

  function examineQuickly(text: string): void {
    explainFile(readLicenseFile(Buffer.from(text)), today)
  }
})
