import fc from 'fast-check'
import { compactVerify, importJWK } from 'jose'
import { expect, test } from 'vitest'
import { composePack } from '../../src/packs/compose.ts'
import { readLicenseFile } from '../../src/packs/formats/flexnet-reader.ts'
import { findSeals } from '../../src/packs/seal.ts'
import { signPack } from '../../src/packs/sign.ts'
import { PACK_LIMIT, verifyPack, verifySteps } from '../../src/packs/verify.ts'
import { AT, anyPack, FLOATING, LOCKED, makeKey, SAMPLE, TODAY, TRIAD } from './sample.ts'

const key = makeKey()
const sign = (input = SAMPLE) => signPack(input, key, AT).text
const check = (text: string, jwks = key.jwks) => verifyPack(text, jwks, TODAY)
const kinds = (text: string) => check(text).problems.map(({ kind, line }) => `${kind} ${line}`)

/** Number of the line that has `part`, counted from 1. */
const lineOf = (text: string, part: string) => text.split('\n').findIndex((row) => row.includes(part)) + 1

test('a signed pack is genuine and says what it is', () => {
  expect(check(sign())).toMatchObject({
    verdict: 'genuine',
    issue: 3,
    customerNumber: '100234',
    host: { id: SAMPLE.host.id, ids: ['02aa10000007'] },
    requestNumber: 100000017,
    problems: [],
    lines: [
      { feature: 'VIEW', count: 'uncounted', state: 'ok' },
      { feature: 'CAD_BASE', version: '12.0', count: '5', endsOn: '2027-01-31', state: 'ok' },
      { feature: 'CAD_3D', version: '12.1', state: 'ok' },
      { feature: 'CAD_SHEET', startsOn: '2027-01-01', endsOn: null, state: 'not-yet' },
    ],
  })
})

test('a megabyte of signatures is checked line by line, so that others have their turn in between', () => {
  const text = sign()
  const line = text.replaceAll(/\\\n\t/g, '').match(/^INCREMENT .*$/m)![0]
  const steps = verifySteps(`${text}\n${`${line}\n`.repeat(1000)}`, key.jwks, TODAY)
  let count = 0
  while (!steps.next().done) count++
  expect(count).toBeGreaterThan(1000)
})

test('whatever stands in names and addresses, a signed pack is genuine with exactly its lines', () => {
  fc.assert(
    fc.property(anyPack, (input) => {
      const { text, lines } = signPack(input, key, AT)
      const result = check(text)
      expect(result.problems).toEqual([])
      expect(result.verdict).toBe('genuine')
      expect(result.lines).toHaveLength(lines.length)
      expect(lines).toHaveLength(input.lines.flatMap(({ features }) => features).length)
    }),
  )
})

const EDITS: Record<string, (text: string) => string> = {
  'CRLF line ends': (text) => text.replaceAll('\n', '\r\n'),
  'a byte order mark': (text) => `\ufeff${text}`,
  'trailing blanks': (text) => text.replaceAll('\n', ' \t\n'),
  'leading blanks and tabs': (text) => text.replaceAll('\n', '\n  \t'),
  'wider blanks': (text) => text.replaceAll(' opend ', '  opend\t'),
  'lines joined': (text) => text.replace(/ \\\n\t/g, ' '),
  'lines broken after every word': (text) =>
    text.replace(/^(INC.*|\t.*[^\\])$/gm, (row) => row.replace(/ (?!\\)/g, ' \\\n')),
  'breaks without a backslash': (text) => text.replace(/ \\\n\t/g, '\n'),
  'SERVER name and port': (text) => text.replace(/^SERVER \S+ (\S+) \d+/gm, 'SERVER other $1 27000'),
  'no port': (text) => text.replace(/^(SERVER \S+ \S+) \d+/gm, '$1'),
  PRIMARY_IS_MASTER: (text) => text.replace(/^SERVER .*$/m, '$& PRIMARY_IS_MASTER'),
  'daemon path, options and port': (text) =>
    text.replace('VENDOR opend', 'VENDOR opend "/opt/my daemon" options=/etc/o.opt PORT=7789'),
  'USE_SERVER removed': (text) => text.replace('USE_SERVER\n', ''),
  'lower-case keywords': (text) => text.replace(/ISSUED=/g, 'sort=50 vendor_info="a b" ISSUED='),
  'own comments': (text) => `# our file\n${text}\n# checked by us\n`,
  'the header removed': (text) => text.slice(text.indexOf('\n\n')),
  'doubled line ends': (text) => text.replaceAll('\n', '\r\r\n'),
  'a blank line after a backslash': (text) => text.replaceAll(' opend ', ' \\\n\nopend '),
  'blank lines': (text) => text.replaceAll('\nINCREMENT', '\n\n\nINCREMENT'),
  'blanks in a signature, as the license software allows': (text) =>
    text.replace(/:(\w{8})([\w-]+"$)/gm, ':$1 $2'),
  'lines in another order': (text) => {
    const parts = text.split(/(?=^(?:INCREMENT|# Signature))/m)
    return [parts[0], ...parts.slice(1, -1).reverse(), parts.at(-1)].join('')
  },
}

for (const [edit, make] of Object.entries(EDITS))
  test(`what an administrator may edit keeps a pack genuine: ${edit}`, () => {
    for (const input of [SAMPLE, TRIAD]) {
      const edited = make(sign(input))
      expect(check(edited).problems).toEqual([])
      expect(check(edited).verdict).toBe('genuine')
    }
  })

test('any one character changed in what is signed is named at its line', () => {
  const text = sign()
  const spots = readLicenseFile(text).lines.flatMap(({ first, last, words }) => {
    const rows = text.split('\n')
    const start = rows.slice(0, first - 1).join('\n').length + 1
    const end = rows.slice(0, last).join('\n').length
    const signed = words[0] === 'SERVER' ? [words[2]!] : words[0] === 'USE_SERVER' ? [] : words
    return signed.flatMap((item) => {
      const at = text.indexOf(item, start)
      return at < end ? Array.from({ length: item.length }, (_, i) => ({ first, at: at + i })) : []
    })
  })
  expect(spots.length).toBeGreaterThan(500)
  const character = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code))
  fc.assert(
    fc.property(fc.constantFrom(...spots), character, ({ first, at }, other) => {
      // a line made a comment is a missing line, and a quote turned into another quote is none
      fc.pre(text[at] !== other && !(other === '#' && /\s/.test(text[at - 1]!)))
      const result = check(text.slice(0, at) + other + text.slice(at + 1))
      expect(result.verdict).toBe('altered')
      expect(result.problems.map(({ line }) => line)).toContain(first)
    }),
    { numRuns: 500 },
  )
})

test('a changed quantity is named, with what was issued', () => {
  const text = sign().replace('31-jan-2027 5 VENDOR', '31-jan-2027 50 VENDOR')
  expect(check(text)).toMatchObject({
    verdict: 'altered',
    problems: [
      {
        kind: 'altered',
        line: lineOf(text, 'CAD_BASE opend'),
        text: 'INCREMENT CAD_BASE opend 12.0 31-jan-2027 50',
        expected: 'INCREMENT CAD_BASE opend 12.0 31-jan-2027 5',
      },
    ],
  })
})

test('a changed host ID of a server is named at the SERVER line, once', () => {
  const text = sign(TRIAD).replace('lyo-lic-12 02aa10000012 7800', 'lyo-lic-12 02aa10000099 7800')
  expect(check(text).problems).toMatchObject([
    { kind: 'host-id', line: lineOf(text, ' 02aa10000099'), expected: '02aa10000012' },
  ])
})

test('a changed host ID of a node-locked line is named at that line', () => {
  const text = sign().replace('HOSTID=02aa10000007', 'HOSTID=02aa10000008')
  expect(kinds(text)).toEqual([`altered ${lineOf(text, 'VIEW opend')}`])
})

test('a removed line is named where it would stand', () => {
  const text = sign()
  const without = text.replace(/^INCREMENT CAD_3D(.*\\\n)+.*\n/m, '')
  expect(check(without).problems).toMatchObject([
    {
      kind: 'missing',
      line: lineOf(text, 'CAD_3D opend'),
      text: 'INCREMENT CAD_3D opend 12.1 31-jan-2027 5',
    },
  ])
  expect(check(text.replace(/^INCREMENT VIEW(.*\\\n)+.*\n/m, '')).problems).toMatchObject([
    { kind: 'missing', text: 'INCREMENT VIEW opend 3.0 permanent uncounted' },
  ])
})

test('every line removed is named', () => {
  const text = sign().replace(/^(INCREMENT|SERVER|VENDOR|USE_SERVER|\t).*\n/gm, '')
  expect(
    check(text)
      .problems.map(({ text: what }) => what.split(' ')[0])
      .sort(),
  ).toEqual(['INCREMENT', 'INCREMENT', 'INCREMENT', 'INCREMENT', 'SERVER', 'VENDOR'])
})

test('a line without a signature of ours is named as added', () => {
  const text = sign().replace(
    'USE_SERVER\n',
    'USE_SERVER\nFEATURE OTHER otherd 1.0 permanent 99 SIGN=9BFAC0316462\n',
  )
  expect(kinds(text)).toEqual([`added ${lineOf(text, 'FEATURE OTHER')}`])
})

test('the same line twice is named, because it would count twice', () => {
  const line = /^INCREMENT CAD_BASE(?:.*\\\n)+.*\n/m.exec(sign())![0]
  const text = sign().replace(line, line + line)
  expect(kinds(text)).toEqual([`repeated ${lineOf(text, 'CAD_BASE opend') + 3}`])
})

test('a line from an older issue, and one from the pack of another host, are named as foreign', () => {
  const older = sign({ ...SAMPLE, issue: 2, date: '2026-10-01', lines: [{ ...FLOATING, quantity: 9 }] })
  const other = sign({ ...SAMPLE, host: TRIAD.host, lines: [{ ...FLOATING, quantity: 7 }] })
  for (const source of [older, other]) {
    const line = /^INCREMENT CAD_BASE(?:.*\\\n)+.*\n/m.exec(source)![0]
    const text = sign().replace('\n# Signature', `${line}\n# Signature`)
    expect(check(text)).toMatchObject({ verdict: 'altered', problems: [{ kind: 'foreign' }] })
  }
})

test('a pack added to the old one instead of replacing it is named', () => {
  const before = signPack(
    { ...SAMPLE, issue: 2, date: '2026-10-01' },
    key,
    new Date('2026-10-01T10:00:00Z'),
  ).text
  const result = check(before + sign())
  expect(result).toMatchObject({ verdict: 'altered', issue: 3 })
  expect(result.problems.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['foreign', 'second-pack', 'added']),
  )
})

test('a pack without its closing signature, or with a changed one, is not genuine', () => {
  const text = sign()
  const cut = text.slice(0, text.indexOf('# Signature'))
  expect(check(cut)).toMatchObject({ verdict: 'altered', issue: null, problems: [{ kind: 'no-seal' }] })
  expect(check(cut).lines).toHaveLength(4)
  const at = text.lastIndexOf('# JWS: ') + 12
  const changed = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
  expect(check(changed)).toMatchObject({
    verdict: 'altered',
    issue: null,
    problems: [{ kind: 'seal-altered', line: lineOf(text, '# JWS: ') }],
  })
})

test('the closing signature of another pack does not cover this one', () => {
  const other = sign({ ...SAMPLE, issue: 4, lines: [LOCKED] })
  const text = sign().replace(/# JWS: [\s\S]*$/, other.slice(other.indexOf('# JWS: ')))
  expect(check(text).verdict).toBe('altered')
  expect(check(text).problems.map(({ kind }) => kind)).toContain('foreign')
})

test('a pack of an unknown key is not judged, and says nothing that it claims', () => {
  const stranger = makeKey()
  expect(check(sign(), stranger.jwks)).toMatchObject({
    verdict: 'unknown-key',
    keyId: key.kid,
    issue: null,
    lines: [],
  })
  const unsealed = sign().replace(/^# JWS.*\n/gm, '')
  expect(check(unsealed, stranger.jwks).verdict).toBe('unknown-key')
})

test('a line signed with a key that is not in the set is told from an altered one', () => {
  const stranger = makeKey()
  const line = /^INCREMENT CAD_BASE(?:.*\\\n)+.*\n/m.exec(
    signPack({ ...SAMPLE, lines: [{ ...FLOATING, quantity: 8 }] }, stranger, AT).text,
  )![0]
  const text = sign().replace('\n# Signature', `${line}\n# Signature`)
  expect(check(text)).toMatchObject({ verdict: 'altered', problems: [{ kind: 'unknown-key' }] })
})

test('a compromised key is not believed, whatever day the pack claims', () => {
  const jwks = {
    keys: key.jwks.keys.map((jwk) => ({
      ...jwk,
      status: 'compromised' as const,
      compromisedFrom: '2026-11-30',
    })),
  }
  expect(check(sign(), jwks)).toMatchObject({
    verdict: 'compromised-key',
    compromisedFrom: '2026-11-30',
    problems: [],
  })
})

test('a retired key still proves its packs', () => {
  const jwks = { keys: key.jwks.keys.map((jwk) => ({ ...jwk, status: 'retired' as const })) }
  expect(check(sign(), jwks).verdict).toBe('genuine')
})

test('an expired line is told apart: the pack is genuine all the same', () => {
  expect(verifyPack(sign(), key.jwks, { today: '2027-02-01' })).toMatchObject({
    verdict: 'genuine',
    problems: [],
    notices: [
      { kind: 'expired', text: 'CAD_BASE 12.0', day: '2027-01-31' },
      { kind: 'expired', text: 'CAD_3D 12.1' },
    ],
  })
  expect(verifyPack(sign(), key.jwks, { today: '2027-01-31' }).notices).toEqual([])
})

test('an empty pack is genuine, and a line slipped into it is named', () => {
  const empty = sign({ ...SAMPLE, lines: [] })
  expect(check(empty)).toMatchObject({ verdict: 'genuine', lines: [] })
  const line = /^INCREMENT CAD_BASE(?:.*\\\n)+.*\n/m.exec(sign())![0]
  expect(check(`${empty}${line}`)).toMatchObject({ verdict: 'altered', problems: [{ kind: 'foreign' }] })
})

test('other texts are not packs', () => {
  for (const text of [
    '',
    'hello',
    '# comment only',
    composePack(SAMPLE),
    'SERVER a b 1\nFEATURE x y 1.0 permanent 1 SIGN=0',
  ])
    expect(check(text).verdict).toBe('not-a-pack')
})

test('a text over the limit is refused unread', () => {
  expect(check('é'.repeat(PACK_LIMIT / 2)).verdict).toBe('not-a-pack')
  expect(check('é'.repeat(PACK_LIMIT / 2 + 1)).verdict).toBe('too-large')
})

test('no text makes the check throw, and none is genuine by chance', () => {
  const scrap = fc.constantFrom(
    'INCREMENT',
    'SIGN="ed25519:',
    `SIGN="ed25519:${key.kid}:`,
    '# JWS: ',
    '\\\n',
    '"',
    ' ',
    'SERVER ',
    '\t',
    'A'.repeat(86),
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(fc.oneof(scrap, fc.string({ maxLength: 5 }))).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (given) => {
      expect(check(given).verdict).not.toBe('genuine')
    }),
    { numRuns: 300 },
  )
})

test('no damage to a pack makes the check throw', () => {
  const text = sign()
  fc.assert(
    fc.property(
      fc.nat(text.length),
      fc.nat(200),
      fc.string({ unit: 'binary', maxLength: 20 }),
      (at, length, scrap) => {
        expect(check(text.slice(0, at) + scrap + text.slice(at + length))).toBeDefined()
      },
    ),
  )
})

test('a hostile megabyte takes linear time: quadratic time would outlast this test by far', () => {
  const million = (part: string) => part.repeat(Math.floor(1_000_000 / part.length))
  for (const part of [
    ' ',
    '\\\n',
    '"',
    'a ',
    'INCREMENT\n',
    '# JWS: a\n',
    '# JWS: a.b\n\n',
    '\t\\\t',
    'sort=1\n',
  ])
    expect(check(`x ${million(part)} SIGN="ed25519:a"`).verdict).not.toBe('genuine')
}, 60_000)

test('the closing signature is a JWS that an independent library accepts', async () => {
  const [seal] = findSeals(readLicenseFile(sign()).comments)
  const publicKey = await importJWK({ ...key.jwks.keys[0], alg: 'EdDSA' })
  const { protectedHeader, payload } = await compactVerify(seal!.jws, publicKey)
  expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: key.kid, typ: 'guichet-pack' })
  expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({
    customer: { number: '100234' },
    issue: 3,
    iat: AT.getTime() / 1000,
  })
})
