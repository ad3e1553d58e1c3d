import fc from 'fast-check'
import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, test } from 'vitest'
import { checkTriad, flexnetHostId, formatHostId, parseHostId } from '../../src/hosts/host-id.ts'
import { checkServerName } from '../../src/hosts/server-name.ts'
import en from '../../src/words/en/hostid.json' with { type: 'json' }
import fr from '../../src/words/fr/hostid.json' with { type: 'json' }

const ACCEPTED: [typed: string, kind: string, value: string][] = [
  ['00-1A-2B-3C-4D-55', 'ethernet', '001A2B3C4D55'],
  ['00:1a:2b:3c:4d:55', 'ethernet', '001A2B3C4D55'],
  ['001a.2b3c.4d55', 'ethernet', '001A2B3C4D55'],
  ['00 1A 2B 3C 4D 55', 'ethernet', '001A2B3C4D55'],
  ['  001a2b3c4d55  ', 'ethernet', '001A2B3C4D55'],
  ['"001a2b3c4d55"', 'ethernet', '001A2B3C4D55'],
  ['HOSTID=001a2b3c4d55', 'ethernet', '001A2B3C4D55'],
  ['MAC=00-1a-2b-3c-4d-55', 'ethernet', '001A2B3C4D55'],
  ['00\u20111A\u20132B\u20143C\u22124D\u201055', 'ethernet', '001A2B3C4D55'],
  ['\ufeff001a\u00ad2b3c\u200b4d55', 'ethernet', '001A2B3C4D55'],
  ['8:0:20:0:5:ac', 'ethernet', '0800200005AC'],
  ['17007ea8', 'system', '17007EA8'],
  ['0x17007ea8', 'system', '17007EA8'],
  ['composite=0a1b2c3d4e5f', 'composite', '0A1B2C3D4E5F'],
  ['HOSTNAME=Lyo-Srv-01', 'hostname', 'Lyo-Srv-01'],
  ['USER=mdupont', 'user', 'mdupont'],
  ['DISPLAY=/dev/tty', 'display', '/dev/tty'],
  ['INTERNET=192.0.2.7', 'internet', '192.0.2.7'],
  ['INTERNET=192.0.*.*', 'internet', '192.0.*.*'],
  ['internet=2001:DB8:0:0::7', 'internet', '2001:db8::7'],
  ['INTERNET=2001:db8:*:*:*:*:*:*', 'internet', '2001:db8:*:*:*:*:*:*'],
  ['VM_UUID=564d5b3c-0000-1111-2222-333344445555', 'vm-uuid', '564D5B3C-0000-1111-2222-333344445555'],
  ['VM_UUID=564d5b3c000011112222333344445555', 'vm-uuid', '564D5B3C-0000-1111-2222-333344445555'],
  ['DISK_SERIAL_NUM=3e2e-17fd', 'disk-serial', '3E2E17FD'],
  ['FLEXID=9-b28520b9', 'flexid', '9-B28520B9'],
  ['ID=1234-5678', 'id', '12345678'],
  ['OPEN_DONGLE=A17/3', 'vendor', 'OPEN_DONGLE=A17/3'],
]

const REFUSED: [typed: string, problem: string][] = [
  ['', 'empty'],
  ['ANY', 'any'],
  ['demo', 'demo'],
  ['HOSTID=DEMO', 'demo'],
  ['00-1A-2B-3C-4D', 'length'],
  ['001A2B3C4D5566', 'length'],
  ['00-1A-2B-3C-4D-5G', 'not-hex'],
  ['00-1A-2B-3C-4D-5é', 'not-hex'],
  ['0O1A2B3C4D55', 'not-hex'],
  ['my server', 'unknown'],
  ['FF-FF-FF-FF-FF-FF', 'no-machine'],
  ['00:00:00:00:00:00', 'no-machine'],
  ['COMPOSITE=0a1b', 'named-length'],
  ['COMPOSITE=0a1b2c3d4e5z', 'not-hex'],
  ['VM_UUID=564d', 'named-length'],
  ['DISK_SERIAL_NUM=123456789', 'named-length'],
  ['MAC=17007ea8', 'length'],
  ['HOSTNAME=', 'no-value'],
  ['HOSTNAME=a b', 'value'],
  ['USER="x"', 'value'],
  ['USER=a\nSERVER b', 'value'],
  ['USER=é', 'value'],
  ['INTERNET=300.0.2.7', 'internet'],
  ['INTERNET=1*.0.2.7', 'internet'],
  ['INTERNET=example.com', 'internet'],
  ['FLEXID=dongle', 'flexid'],
  ['ID=12a', 'id'],
  [`${'N'.repeat(31)}=1`, 'name-long'],
]

describe('parseHostId', () => {
  test.each(ACCEPTED)('reads %j', (typed, kind, value) => {
    expect(parseHostId(typed)).toEqual({ kind, value })
  })

  test.each(ACCEPTED)('reads %j again from its spelling on screens and in packs', (typed, kind, value) => {
    expect(parseHostId(formatHostId(kind, value)), typed).toEqual({ kind, value })
    expect(parseHostId(flexnetHostId(kind, value))).toEqual({ kind, value })
  })

  test.each(REFUSED)('says what is wrong with %j', (typed, name) => {
    expect(parseHostId(typed)).toMatchObject({ problem: `hostid.${name}` })
  })

  test('takes ANY only where the publisher allows it, and DEMO never', () => {
    expect(parseHostId('any', { allowAny: true })).toEqual({ kind: 'any', value: 'ANY' })
    expect(parseHostId('DEMO', { allowAny: true })).toMatchObject({ problem: 'hostid.demo' })
  })

  test('takes only the names that the publisher defined, where it has a list', () => {
    const options = { vendorNames: ['Open_Dongle'] }
    expect(parseHostId('OPEN_DONGLE=1', options)).toEqual({ kind: 'vendor', value: 'OPEN_DONGLE=1' })
    expect(parseHostId('OTHER=1', options)).toEqual({
      problem: 'hostid.unknown-name',
      params: { name: 'OTHER' },
    })
  })

  test('gives any text an ID that fits a license line, or a problem with words in both languages', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom('VM_UUID', 'COMPOSITE', 'INTERNET', 'FLEXID', 'X'), fc.string())
        .map((pair) => pair.join('=')),
    )
    fc.assert(
      fc.property(text, (typed) => {
        const read = parseHostId(typed)
        if ('kind' in read)
          expect(flexnetHostId(read.kind, read.value)).toMatch(/^[\x21\x24-\x5b\x5d-\x7e]+$/)
        else for (const words of [en, fr] as Record<string, string>[]) say(words, read.problem, read.params)
      }),
    )
  })
})

test('host IDs are shown in pairs on screens and as lmhostid prints them in packs', () => {
  expect(formatHostId('ethernet', '02AA10000007')).toBe('02-AA-10-00-00-07')
  expect(flexnetHostId('ethernet', '02AA10000007')).toBe('02aa10000007')
  expect(formatHostId('vm-uuid', '564D-1')).toBe('VM_UUID=564D-1')
  expect(flexnetHostId('flexid', '9-B28520B9')).toBe('FLEXID=9-b28520b9')
})

test('a triad takes three different host IDs of one kind', () => {
  const id = (value: string, kind = 'ethernet') => ({ kind, value })
  expect(checkTriad([id('A'), id('B'), id('C')])).toBeNull()
  expect(checkTriad([id('A'), id('B')])).toMatchObject({ problem: 'hostid.triad-three' })
  expect(checkTriad([id('A'), id('B'), id('A')])).toMatchObject({ problem: 'hostid.triad-twice' })
  expect(checkTriad([id('A'), id('B'), id('C', 'system')])).toMatchObject({ problem: 'hostid.triad-kinds' })
  expect(checkTriad([id('A'), id('B'), id('ANY', 'any')])).toMatchObject({ problem: 'hostid.triad-any' })
})

test.each(['lyo-lic-01', 'LYO_SRV', 'a.example.com', '192.0.2.7', '2001:db8::7', ' padded '])(
  'takes the server name %j',
  (name) => {
    expect(checkServerName(name)).toEqual({ name: name.trim() })
  },
)

test.each([
  ['', 'empty'],
  ['7788@lyo', 'port'],
  ['http://lyo', 'address'],
  ['\\\\lyo', 'address'],
  ['lyo lic', 'space'],
  ['lyo"', 'character'],
  ['lyo#1', 'character'],
  ['crête', 'ascii'],
  ['日本', 'ascii'],
  ['a'.repeat(64), 'long'],
  ['-lyo', 'shape'],
  ['lyo..fr', 'shape'],
])('says what is wrong with the server name %j', (name, problem) => {
  const read = checkServerName(name)
  expect(read).toMatchObject({ problem: `hostid.server-${problem}` })
  if ('problem' in read)
    for (const words of [en, fr] as Record<string, string>[]) say(words, read.problem, read.params)
})

function say(words: Record<string, string>, key: string, params: Record<string, string | number>) {
  expect(words, key).toHaveProperty([key])
  expect(new IntlMessageFormat(words[key]!, 'en').format(params)).not.toBe('')
}
