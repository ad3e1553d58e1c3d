import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readOutput } from '../../../src/hosts/clinic/read-output.ts'
import { formatHostId } from '../../../src/hosts/host-id.ts'
import * as outputs from './outputs.ts'

const shown = (text: string) =>
  readOutput(text).findings.map(({ id, traits }) =>
    [id ? formatHostId(id.kind, id.value) : 'none', ...traits].join(' '),
  )
const of = (text: string, id: string) =>
  readOutput(text).findings.find((one) => one.id && formatHostId(one.id.kind, one.id.value) === id)!

describe('lmhostid', () => {
  test('one ID', () => {
    expect(readOutput(outputs.lmhostid)).toMatchObject({ reason: 'only' })
    expect(shown(outputs.lmhostid)).toEqual(['D4-AE-52-C8-1F-07'])
  })

  test('several in quotes: the one of a real card first', () => {
    expect(shown(outputs.lmhostidSeveral)).toEqual([
      'D4-AE-52-C8-1F-07',
      '00-50-56-C0-00-01 virtual',
      '0A-00-27-00-00-11 virtual local',
    ])
    expect(readOutput(outputs.lmhostidSeveral).reason).toBe('lmhostid')
  })

  test('the UUID of a virtual machine; a system ID; a dongle', () => {
    expect(shown(outputs.lmhostidVm)).toEqual(['VM_UUID=564D1A2B-3C4D-5E6F-7081-92A3B4C5D6E7'])
    expect(shown('The FLEXlm host ID of this machine is "7f0012ab"')).toEqual(['7F0012AB'])
    expect(shown('The FlexNet host ID of this machine is "FLEXID=9-1A2B3C4D"')).toEqual(['FLEXID=9-1A2B3C4D'])
  })

  test('quotes that go on in the next row', () => {
    expect(
      shown('The FlexNet host ID of this machine is ""d4ae52c81f07\n  001122334455""\nfeedfacecafe'),
    ).toHaveLength(3)
  })
})

describe('ipconfig /all', () => {
  test('English: the wired card first, with what is wrong with the others', () => {
    expect(shown(outputs.ipconfigEnglish)).toEqual([
      'D4-AE-52-C8-1F-07',
      '3C-58-C2-11-22-33 wireless',
      '00-E0-4C-68-0A-12 usb disconnected',
      '00-50-56-C0-00-08 virtual',
      '3C-58-C2-11-22-37 bluetooth disconnected',
      '00-FF-A1-B2-C3-D4 vpn disconnected',
      '0A-00-27-00-00-11 virtual local',
    ])
    const { reason, hostName } = readOutput(outputs.ipconfigEnglish)
    expect([reason, hostName]).toEqual(['wired', 'LYO-CAD-31'])
    expect(of(outputs.ipconfigEnglish, 'D4-AE-52-C8-1F-07')).toMatchObject({
      adapter: 'Ethernet',
      description: expect.stringContaining('I219-LM'),
      line: 12,
    })
  })

  test('French', () => {
    expect(shown(outputs.ipconfigFrench)).toEqual([
      '8C-16-45-77-88-99 disconnected',
      '58-00-E3-AA-BB-01 wireless',
      '00-15-5D-3A-40-10 virtual',
    ])
    expect(readOutput(outputs.ipconfigFrench).hostName).toBe('GRE-ETUDES-04')
  })

  test('German', () => {
    expect(shown(outputs.ipconfigGerman)).toEqual([
      'B0-83-FE-61-52-43',
      '7C-2A-31-0F-0E-0D wireless disconnected',
      '00-15-5D-01-02-03 virtual',
    ])
    expect(readOutput(outputs.ipconfigGerman)).toMatchObject({ hostName: 'STR-KONSTR-09', reason: 'wired' })
  })
})

test('ip link: the card that is up, the permanent address of Wi-Fi, containers last', () => {
  const found = shown(outputs.ipLink)
  expect(found.slice(0, 3)).toEqual([
    '24-6E-96-1A-2B-3C',
    '24-6E-96-1A-2B-3D disconnected',
    'E8-6A-64-01-02-03 wireless',
  ])
  expect(found).toContain('9A-BC-DE-01-02-03 wireless local')
  expect(found).toContain('02-42-7D-90-11-22 virtual local disconnected')
  expect(found).toHaveLength(6)
  expect(of(outputs.ipLink, '24-6E-96-1A-2B-3C').adapter).toBe('eno1')
})

test('ip addr of a virtual machine: its only address, and that it is one', () => {
  expect(shown(outputs.ipAddr)).toEqual(['00-50-56-A1-B2-C3 virtual'])
})

test('ifconfig of macOS and of older Linux', () => {
  expect(shown(outputs.ifconfigMac)).toEqual([
    'A4-83-E7-0A-1B-2C',
    '6E-11-22-33-44-55 virtual local',
    '36-F1-0A-0B-0C-00 virtual local disconnected',
  ])
  expect(shown(outputs.ifconfigOld)).toEqual(['00-1E-C9-4D-5E-6F', '52-54-00-9A-8B-7C virtual local'])
})

test('getmac, as a table, with /v, as a list and as CSV', () => {
  expect(shown(outputs.getmac)).toEqual(['D4-AE-52-C8-1F-07', '3C-58-C2-11-22-33 disconnected'])
  expect(shown(outputs.getmacVerbose)).toEqual([
    'D4-AE-52-C8-1F-07',
    '3C-58-C2-11-22-33 wireless disconnected',
    '00-FF-A1-B2-C3-D4 vpn disconnected',
  ])
  expect(shown(outputs.getmacList)).toEqual(['D4-AE-52-C8-1F-07', '00-15-5D-01-02-03 virtual'])
  expect(shown('"Wi-Fi","Intel(R) Wi-Fi","3C-58-C2-11-22-33","Media disconnected"')).toEqual([
    '3C-58-C2-11-22-33 wireless disconnected',
  ])
})

test('vol and hostid', () => {
  expect(shown(outputs.vol)).toEqual(['DISK_SERIAL_NUM=1A2B3C4D'])
  expect(shown(outputs.volFrench)).toEqual(['DISK_SERIAL_NUM=9F0E11AA'])
  expect(shown(outputs.hostid)).toEqual(['7F0101AC hostid-command'])
})

test('bare IDs and free text', () => {
  expect(shown('My server’s MAC is 00:1A:2B:3C:4D:55, thanks!')).toEqual(['00-1A-2B-3C-4D-55'])
  expect(shown('its MAC: 00\u20131A\u20132B\u20133C\u20134D\u201355.')).toEqual(['00-1A-2B-3C-4D-55'])
  expect(shown('001a2b3c4d55')).toEqual(['00-1A-2B-3C-4D-55'])
  expect(shown('0:1b:63:9:aa:f')).toEqual(['00-1B-63-09-AA-0F'])
  expect(shown('switch port 001a.2b3c.4d55 up')).toEqual(['00-1A-2B-3C-4D-55'])
  expect(shown('it is HOSTNAME=lyo-cad-07 or INTERNET=192.0.2.7')).toEqual([
    'HOSTNAME=lyo-cad-07',
    'INTERNET=192.0.2.7',
  ])
  expect(shown('00-00-00-00-00-00 and FF:FF:FF:FF:FF:FF and 01-00-5E-00-00-01')).toEqual([
    '01-00-5E-00-00-01 multicast',
    'none none',
    'none none',
  ])
  expect(shown('nothing here, 12 dead beef cafe')).toEqual([])
  expect(readOutput('01:00:5e:00:00:fb, ff-ff-ff-ff-ff-ff').reason).toBeNull()
  expect(readOutput('01:00:5e:00:00:fb or 02:42:ac:11:00:02').reason).toBe('only')
})

test('what two commands say of one card is put together', () => {
  const both = `${outputs.lmhostidSeveral}\n${outputs.ipconfigEnglish}`
  expect(readOutput(both).findings[0]).toMatchObject({
    sources: ['lmhostid', 'ipconfig'],
    adapter: 'Ethernet',
  })
  expect(readOutput(both).findings).toHaveLength(8)
})

test('a license file: its host IDs, not its signatures', () => {
  const file = `SERVER lyo 001a2b3c4d55 27000
INCREMENT f vnd 1.0 1-jan-2027 uncounted HOSTID=00aabbccddee 0123456789AB SIGN="0123456789AB"`
  expect(shown(file)).toEqual(['00-1A-2B-3C-4D-55', '00-AA-BB-CC-DD-EE'])
  expect(readOutput(file).isLicenseFile).toBe(true)
})

describe('whatever it is given', () => {
  const all = Object.values(outputs)

  test('it never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        expect(Array.isArray(readOutput(text).findings)).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  test('nor on mutated outputs, and every ID that it finds is read again as itself', () => {
    const mutated = fc
      .tuple(
        fc.constantFrom(...all),
        fc.constantFrom(...all),
        fc.nat(1500),
        fc.nat(80),
        fc.string({ maxLength: 12 }),
      )
      .map(([one, other, at, length, put]) => one.slice(0, at) + put + other.slice(at + length))
    fc.assert(
      fc.property(mutated, (text) => {
        const rows = text.split(/\r\n|\n|\r/).length
        for (const { id, line, traits } of readOutput(text).findings) {
          expect(line >= 1 && line <= rows).toBe(true)
          expect(traits.includes('none')).toBe(id === null)
          if (!id) continue
          const again = readOutput(formatHostId(id.kind, id.value)).findings[0]
          if (id.kind !== 'system') expect(again?.id).toEqual(id)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    ['blanks', ' '],
    ['zeros', '0'],
    ['colons', '00:'],
    ['hyphens', '0-'],
    ['equal signs', '= '],
    ['quotes', '"'],
    ['brd', 'brd '],
    ['names', 'ID='],
    ['dots', ' .'],
    ['addresses', '00-1A-2B-3C-4D-55 '],
    ['rows', '2: eth0: <UP>\n'],
  ])('takes time in proportion to the size: %s', (_, piece) => {
    const started = performance.now()
    readOutput(piece.repeat(Math.ceil(200_000 / piece.length)))
    expect(performance.now() - started).toBeLessThan(4000)
  })
})
