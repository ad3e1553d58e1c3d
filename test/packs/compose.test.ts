import fc from 'fast-check'
import { expect, test } from 'vitest'
import { composePack } from '../../src/packs/compose.ts'
import { readLicenseFile } from '../../src/packs/formats/flexnet-reader.ts'
import { digestOf, signPack } from '../../src/packs/sign.ts'
import { AT, anyPack, EXTENDED, FLOATING, LOCKED, makeKey, SAMPLE, TRIAD } from './sample.ts'

const linesOf = (text: string) => readLicenseFile(text).lines.map(({ words }) => words.join(' '))

test('a pack has node-locked lines, then the server part, then counted lines, one for each feature', () => {
  expect(linesOf(composePack(SAMPLE))).toEqual([
    'INCREMENT VIEW opend 3.0 permanent uncounted VENDOR_STRING="VIEW-1" HOSTID=02aa10000007 ISSUED=24-nov-2026 SUPERSEDE SN=45002-1 NOTICE="100234"',
    'SERVER lyo-lic-01.example.com 02aa10000007 7788',
    'VENDOR opend',
    'USE_SERVER',
    'INCREMENT CAD_BASE opend 12.0 31-jan-2027 5 VENDOR_STRING="CAD-100" ISSUED=24-nov-2026 SUPERSEDE SN=45001-1 NOTICE="100234"',
    'INCREMENT CAD_3D opend 12.1 31-jan-2027 5 VENDOR_STRING="CAD-100" ISSUED=24-nov-2026 SUPERSEDE SN=45001-1 NOTICE="100234"',
    'INCREMENT CAD_SHEET opend 12.0 permanent 2 VENDOR_STRING="CAD-110;EXTENDED;BASE=CAD-100" START=01-jan-2027 ISSUED=24-nov-2026 SUPERSEDE SN=45001-2 NOTICE="100234"',
  ])
})

test('the comment header says whose, which host, which issue, what, and to replace the old file', () => {
  const text = composePack(SAMPLE)
  for (const part of [
    'issued by Open Design Systems',
    '100234  Ateliers Mécaniques du Rhône',
    '69002 Lyon',
    'LYO-LIC-01',
    '02aa10000007',
    'Issue:        3',
    '2026-11-24',
    '100-000-017',
    'Replace the old license file of this host with this one.',
    'SC-1001   C-0001         Open CAD (CAD-100)',
    'permanent',
  ])
    expect(text).toContain(part)
})

test('a triad has three SERVER lines in order, with its names and its own port', () => {
  expect(linesOf(composePack(TRIAD)).slice(0, 5)).toEqual([
    'SERVER lyo-lic-11 02aa10000011 7800',
    'SERVER lyo-lic-12 02aa10000012 7800',
    'SERVER lyo-lic-13 02aa10000013 7800',
    'VENDOR opend',
    'USE_SERVER',
  ])
})

test('without counted lines there is no server part, because nothing needs one', () => {
  expect(composePack({ ...SAMPLE, lines: [LOCKED] })).not.toMatch(/^(SERVER|VENDOR|USE_SERVER)/m)
})

test('a host with nothing left has a pack that says so', () => {
  const text = composePack({ ...SAMPLE, lines: [] })
  expect(text).toContain('# No licenses are on this host any more. Remove its old license file.')
  expect(linesOf(text)).toEqual([])
})

test('each daemon has one VENDOR line', () => {
  const text = composePack({
    ...SAMPLE,
    lines: [FLOATING, { ...EXTENDED, daemon: 'camd', port: 7799 }, FLOATING],
  })
  expect(text.match(/^VENDOR .*$/gm)).toEqual(['VENDOR camd', 'VENDOR opend'])
})

test('entitlements of one product keep lines of their own and share VENDOR_STRING, so that they pool', () => {
  const second = { ...FLOATING, orderNumber: '45009', configurationId: 'C-0009', quantity: 3 }
  const base = linesOf(composePack({ ...SAMPLE, lines: [FLOATING, second] })).filter((line) =>
    line.includes('CAD_BASE'),
  )
  expect(base).toHaveLength(2)
  expect(base[0]).toContain('SN=45001-1')
  expect(base[1]).toContain('SN=45009-1')
  expect(new Set(base.map((line) => /VENDOR_STRING="[^"]*"/.exec(line)![0])).size).toBe(1)
})

test('START is written only where the term begins after the day of issue', () => {
  expect(composePack({ ...SAMPLE, lines: [{ ...FLOATING, startsOn: '2026-11-24' }] })).not.toContain('START=')
  expect(composePack({ ...SAMPLE, lines: [{ ...FLOATING, startsOn: '2026-11-25' }] })).toContain(
    'START=25-nov-2026',
  )
})

test('a machine without a server name is called this_host', () => {
  const host = { ...SAMPLE.host, members: [{ ...SAMPLE.host.members[0]!, serverName: '' }] }
  expect(composePack({ ...SAMPLE, host })).toContain('SERVER this_host 02aa10000007 7788')
})

test('the order in which lines are given does not matter', () => {
  expect(composePack({ ...SAMPLE, lines: SAMPLE.lines.toReversed() })).toBe(composePack(SAMPLE))
})

test('what a domain rule forbids is not composed', () => {
  expect(() => composePack({ ...TRIAD, lines: [LOCKED] })).toThrow('node-locked license on a triad')
  expect(() => composePack({ ...SAMPLE, lines: [{ ...FLOATING, quantity: 0 }] })).toThrow('quantity 0')
  expect(() => composePack({ ...SAMPLE, host: { ...TRIAD.host, kind: 'single' } })).toThrow(
    'wrong number of host IDs',
  )
})

test('license lines are ASCII, rows are short, and no text of others makes a line of its own', () => {
  fc.assert(
    fc.property(anyPack, (input) => {
      const text = composePack(input)
      const rows = text.split('\n')
      expect(text.split(/[\n\r\u2028\u2029\u0085\v\f]/)).toHaveLength(rows.length)
      const licenses = rows.filter((row) => !row.startsWith('#'))
      expect(licenses.join('\n')).toMatch(/^[\t\n\x20-\x7e]*$/)
      for (const row of rows)
        expect(row).not.toMatch(row.startsWith('#') ? /\\$|[\u202a-\u202e]|^# JWS:/ : /\s$/)
      const expected = input.lines.flatMap(({ features }) => features).length
      expect(linesOf(text).filter((line) => line.startsWith('INCREMENT '))).toHaveLength(expected)
    }),
  )
})

test('same input, key and second make the same file, and its digest is that of its bytes', () => {
  const key = makeKey()
  const first = signPack(SAMPLE, key, AT)
  expect(signPack(SAMPLE, key, AT)).toEqual(first)
  expect(first.digest).toBe(digestOf(first.text))
  expect(first.digest).toMatch(/^[0-9a-f]{64}$/)
  expect(first.lines.map(({ line }) => line.split(' ')[1])).toEqual([
    'VIEW',
    'CAD_BASE',
    'CAD_3D',
    'CAD_SHEET',
  ])
})

test('the signed pack is the unsigned one with signatures', () => {
  const signed = signPack(SAMPLE, makeKey(), AT).text
  const without = linesOf(signed).map((line) => line.replace(/ SIGN="[^"]*"$/, ''))
  expect(without).toEqual(linesOf(composePack(SAMPLE)))
})
