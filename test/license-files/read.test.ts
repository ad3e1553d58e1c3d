import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readLicenseFile } from '../../src/license-files/read-license-file.ts'

const folder = new URL('samples/', import.meta.url)
const names = readdirSync(folder)
const bytesOf = (name: string) => readFileSync(new URL(name, folder))
const read = (name: string) => readLicenseFile(bytesOf(name))
const problemsOf = (name: string) => read(name).problems.map(({ kind, line }) => `${line} ${kind}`)

test.each(names)('%s: every row is in exactly one line', (name) => {
  const { lines, rows } = read(name)
  const taken = lines.flatMap((line) => line.rows).sort((a, b) => a - b)
  expect(taken).toEqual(Array.from({ length: rows }, (_, index) => index + 1))
})

describe('a file of one server', () => {
  const file = read('bellwether-floating.lic')

  test('gives server, daemon with its paths, and licenses continued over rows', () => {
    expect(file.servers).toMatchObject([{ name: 'lic01.kowalik.example', port: 27010 }])
    expect(file.servers[0]!.hostIds[0]!.id).toEqual({ kind: 'ethernet', value: '0017A4F3C2D1' })
    expect(file.daemons).toMatchObject([
      {
        name: 'bwmeshd',
        path: 'C:\\Program Files\\Bellwether\\bwmeshd.exe',
        options: 'D:\\lic\\bw opts.txt',
        port: 27011,
      },
    ])
    expect(file.licenses.map(({ name, count, line }) => [name, count, line.rows.length])).toEqual([
      ['mesh_core', 25, 5],
      ['mesh_core', 5, 4],
      ['mesh_solve', 4, 2],
    ])
    expect(file.problems).toEqual([])
  })

  test('keeps attributes as written, quotes off', () => {
    const value = (name: string) => file.licenses[0]!.attributes.find((one) => one.name === name)?.value
    expect(value('VENDOR_STRING')).toBe('tier=gold; seats=25')
    expect(value('SIGN')).toMatch(/^00A1 B2C3 .* 8F90|2D3C$/)
    expect(file.licenses[0]!.issued).toEqual({ day: '2026-02-04' })
  })
})

test('a triad: three servers, keys of old files, DAEMON with options and port', () => {
  const { servers, daemons, licenses, problems } = read('corvane-triad.dat')
  expect(servers.map(({ name }) => name)).toEqual(['cvn-a', 'cvn-b', 'cvn-c'])
  expect(servers[0]!.attributes.map(({ name }) => name)).toEqual(['PRIMARY_IS_MASTER', 'HEARTBEAT_INTERVAL'])
  expect(daemons).toMatchObject([{ options: '/opt/corvane/etc/corvaned.opt', port: 7201 }])
  expect(licenses[3]).toMatchObject({ count: 'uncounted', until: 'permanent', isSigned: true })
  expect(problems).toEqual([])
})

test('dates: two digits of the year, years of nothing; a host ID and a string without names', () => {
  const { licenses } = read('quillon-1996.lic')
  expect(licenses.map(({ until }) => until)).toEqual([
    { day: '1999-01-01' },
    { day: '2027-01-01' },
    'permanent',
    'permanent',
  ])
  expect(licenses[1]!.hostIds[0]!.id).toEqual({ kind: 'system', value: '7F0012AB' })
  expect(problemsOf('quillon-1996.lic')).toEqual(['3 two-digit-year', '4 two-digit-year'])
})

test('attributes without blanks between, publisher-defined host IDs, lists of host IDs', () => {
  const { licenses } = read('ostrava-locked.lic')
  expect(licenses[0]!.hostIds[0]!.id).toEqual({ kind: 'vendor', value: 'OST_HOSTID=08-00-4E-22-AB-08' })
  expect(licenses[1]).toMatchObject({ supersedes: ['OST_BEAM_1102'], until: null, count: 1 })
  expect(licenses[2]).toMatchObject({ name: '48', count: 'uncounted' })
  expect(licenses[4]!.hostIds.map(({ id }) => id?.kind)).toEqual(['user', 'id'])
  expect(problemsOf('ostrava-locked.lic')).toEqual(['7 no-date', '7 no-server'])
})

test('packages with the version and number of their components', () => {
  const { packages } = read('harrow-packages.lic')
  expect(packages[0]).toMatchObject({ name: 'hw_suite', version: '3.0', isSuite: true })
  expect(packages[0]!.components.map(({ name }) => name)).toEqual(['hw_edit', 'hw_render', 'hw_sound'])
  expect(packages[1]!.components).toEqual([
    { name: 'hw_font', version: '1.5', count: 2 },
    { name: 'hw_paper', version: '3.0', count: 4 },
  ])
  expect(packages[2]).toMatchObject({ version: '', components: [{ name: 'hw_never' }] })
})

test.each([
  ['lemaire-latin1.lic', ['windows-1252'], 'serveur-é'],
  ['merged-utf16.lic', ['utf-16'], 'hub'],
  ['nuls.lic', ['nul'], 'nul'],
  ['oldmac.lic', [], 'oakmac'],
  ['pinemoor-mail.txt', ['mail-quoting', 'curly-quotes'], 'pm-srv'],
  ['umbral-braces.lic', ['several-files'], 'umb1'],
])('%s is read whatever its letters, line ends and quoting', (name, notes, server) => {
  const file = read(name)
  expect(file.notes).toEqual(notes)
  expect(file.servers[0]!.name).toBe(server)
})

test('a mail: quoted rows, rows without a backslash, and the prose around is kept apart', () => {
  const { licenses, lines } = read('pinemoor-mail.txt')
  expect(licenses.map(({ name, count }) => [name, count])).toEqual([
    ['pm_flow', 4],
    ['pm_heat', 4],
  ])
  expect(licenses[1]!.attributes).toEqual([{ name: 'SIGN', value: '0123456789ABCDEF', isKnown: true }])
  expect(lines.filter(({ kind }) => kind === 'unknown')).toHaveLength(6)
})

test('braces, escaped quotes and attributes that nobody published', () => {
  const { licenses, servers } = read('umbral-braces.lic')
  const [one] = licenses
  const attribute = (name: string) => one!.attributes.find((given) => given.name === name)
  expect(attribute('AUTH')!.value).toBe('{ umbrad=( LK=A1B2 SIGN="00 11 }" { nested } ) }')
  expect(attribute('vendor_info')!.value).toBe('as "agreed" on site')
  expect(one!.attributes.filter(({ isKnown }) => !isKnown)).toEqual([
    { name: 'COLOUR', value: 'blue', isKnown: false },
    { name: 'LUCKY', value: '', isKnown: false },
  ])
  expect(servers.map(({ line }) => line.part)).toEqual([1, 2])
  expect(servers[1]!.hostIds).toHaveLength(2)
})

test('what is damaged is said, line by line, and the rest is read', () => {
  expect(problemsOf('damaged.lic').filter((one) => !/no-daemon|unsigned/.test(one))).toEqual([
    '1 short',
    '2 host-id',
    '2 port',
    '2 server-count',
    '4 short',
    '5 short',
    '6 no-date',
    '7 date',
    '8 count',
    '9 version',
    '10 components',
    '11 unclosed',
    '13 decimal',
    '14 options',
    '15 unknown',
    '17 short',
  ])
  expect(read('damaged.lic').licenses.map(({ name }) => name)).toContain('next')
})

test('the host ID after # is decimal', () => {
  const { servers } = readLicenseFile('SERVER hp #2005771344 1700')
  expect(servers[0]!.hostIds[0]!.id).toEqual({ kind: 'system', value: '778DA450' })
})

const said = (text: string | Uint8Array) =>
  readLicenseFile(text).problems.map(({ kind, text: of }) => (of ? `${kind}: ${of}` : kind))

describe('words that have no place on the page are named', () => {
  test('of servers, daemons and packages', () => {
    expect(said('SERVER s 001122334455 27000 LUCKY COLOUR=blue')).toEqual(['words: LUCKY COLOUR=blue'])
    expect(said('VENDOR v /opt/v /opt/v.opt /opt/else')).toEqual(['words: /opt/else'])
    expect(said('PACKAGE p v 1.0 COMPONENTS=a LUCKY=1 SIGN=1')).toEqual(['words: LUCKY=1'])
  })

  test('of lines whose line break was lost: where the next one begins', () => {
    const text = 'SERVER s 001122334455 27000 VENDOR v FEATURE f v 1.0 permanent 5 SIGN=1'
    expect(said(text)[0]).toBe('joined: VENDOR v')
    expect(said('FEATURE f v 1.0 permanent uncounted HOSTID=ANY SIGN=1 NOTICE="no VENDOR v"')).toEqual([])
  })
})

test('a backslash before another line, or at the end, is said: license software joins both', () => {
  const line = 'FEATURE f v 1.0 permanent uncounted HOSTID=ANY SIGN=1'
  expect(said(`${line} \\\n${line}\n${line} \\`)).toEqual(['cut', 'cut'])
  expect(said(`${line} \\\n\tSN=1\n${line}`)).toEqual([])
})

test('prose that begins with a keyword in capitals is no license and no server', () => {
  const { licenses, servers } = readLicenseFile('FEATURE pages are not available\nSERVER is down for today')
  expect([licenses, servers]).toEqual([[], []])
  expect(readLicenseFile('INCREMENT f v 1.0 perm').licenses).toHaveLength(1)
})

test('the key of old software signs a line, and in old files ANY stands where a host ID does', () => {
  expect(said('FEATURE f v 1.0 permanent uncounted HOSTID=ANY V7.1_LK=7C9B6C0A1F1D')).toEqual([])
  expect(said('FEATURE f v 1.0 1-jan-0 0 1234567890AB1234567A "" DEMO')).toEqual([])
})

describe('what is no text of a license file', () => {
  const notesOf = (given: string | Uint8Array) => readLicenseFile(given).notes

  test('a program, a page of the web, and what begins with > without being mail', () => {
    const bytes = Uint8Array.from({ length: 4000 }, (_, index) => (index * 7919) % 251)
    expect(notesOf(bytes)).toContain('binary')
    expect(notesOf('<html><pre>FEATURE f v 1.0 permanent 5 SIGN=&quot;1&quot;<br>')).toContain('html')
    expect(notesOf('> no license\nFEATURE f v 1.0 permanent 5 SIGN=1')).toEqual([])
  })

  test('control characters are seen as their pictures', () => {
    const { lines, licenses } = readLicenseFile(
      'FEATURE f\u001b[31m v 1.0 permanent 5 SIGN=1\u001a\n\u0007\u007f',
    )
    expect(licenses[0]!.name).toBe('f\u241b[31m')
    expect(lines.at(-1)!.text).toBe('\u2407\u2421')
  })
})
