import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { namePart, uniqueNames } from '../../src/packs/zip/names.ts'
import { type PackFile, zipOfPacks } from '../../src/packs/zip/packs.ts'
import { writeZip, type ZipEntry } from '../../src/packs/zip/writer.ts'
import { translator } from '../../src/web/i18n.ts'
import { unzip } from '../helpers/zip.ts'

const at = new Date('2026-11-24T10:20:30Z')

async function bytesOf(parts: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = []
  for await (const part of parts) all.push(part)
  return Buffer.concat(all)
}

/** A zip of packs with these labels. */
function zipOf(
  labels: string[],
  read = async (packs: readonly PackFile[]) => packs.map(({ label }) => label),
) {
  return zipOfPacks({
    customer: { number: '100234', name: 'Brasseries Lemaire SA' },
    publisher: 'Halden Software',
    requestNumber: '100-000-009',
    packs: labels.map((label, index) => ({
      hostId: `h${index}`,
      issue: 1,
      label,
      isEnded: false,
      issuedAt: at,
    })),
    read,
    t: translator('en'),
    at,
  })
}

describe('a zip', () => {
  test('has each file as it was, packed where that is shorter, with names in UTF-8', async () => {
    const entries: ZipEntry[] = [
      { name: 'empty', data: Buffer.alloc(0), at },
      { name: 'one', data: Buffer.from('x'), at },
      { name: 'Zürich_东京.lic', data: Buffer.from('INCREMENT '.repeat(10_000)), at },
    ]
    const file = await bytesOf(writeZip(entries))
    const read = unzip(file)
    expect(read.map(({ name, data }) => [name, data.length])).toEqual(
      entries.map(({ name, data }) => [name, data.length]),
    )
    expect(read.every(({ flags }) => flags === 0x0800)).toBe(true)
    expect(file.length).toBeLessThan(1_000)
  })

  test('holds any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), async (all) => {
        const entries = all.map((data, index) => ({ name: `${index}`, data: Buffer.from(data), at }))
        const read = unzip(await bytesOf(writeZip(entries)))
        expect(read.map(({ data }) => [...data])).toEqual(all.map((data) => [...data]))
      }),
      { numRuns: 50 },
    )
  })

  test('reads some packs at a time, and none before those before them are taken', async () => {
    const length = 1_000
    let taken = 0
    let ahead = 0
    let most = 0
    const zip = zipOf(
      Array.from({ length }, (_, index) => `HOST-${index}`),
      async (packs) => {
        ahead += packs.length
        most = Math.max(most, ahead - taken)
        return packs.map(({ label }) => label.padEnd(20_000, ' x'))
      },
    )
    const parts: Buffer[] = []
    for await (const part of zip) {
      parts.push(part)
      // Each file comes as header, name and body; the first is README.txt.
      taken = Math.max(0, Math.floor(parts.length / 3) - 1)
    }
    expect(most).toBeLessThanOrEqual(21)
    expect(unzip(Buffer.concat(parts))).toHaveLength(length + 1)
  })
})

describe('names in a zip', () => {
  const hostile = [
    '../../etc/passwd',
    'C:\\Windows\\system32',
    'a/b',
    'con',
    'NUL.lic',
    '.profile',
    '-rf',
    'x\u0000y',
    'a\r\nb',
    '\u202egnp.exe',
    'name with "quotes" & $(reboot) `id` |;<>*?',
    ' . ',
    '…',
    '🙂🙂',
    '\ud800',
    '東京ライセンス'.repeat(40),
    'é',
    'e\u0301',
    'É',
    'LYO-CAD-07',
    'lyo-cad-07',
    'ﬁ',
    'fi',
    'README',
  ]

  test('are safe on every system and differ on every system', async () => {
    const files = unzip(await bytesOf(zipOf(hostile)))
    expect(files).toHaveLength(hostile.length + 1)
    for (const { name } of files) {
      expect(name).toMatch(/^[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}._-]*[\p{L}\p{N}]$/u)
      expect(name).not.toMatch(/\.\.[/\\]|[/\\:]|^(con|nul|aux|prn|com\d|lpt\d)(\.|$)/i)
      expect(Buffer.byteLength(name)).toBeLessThan(200)
      expect(name.normalize('NFC')).toBe(name)
    }
    const folded = files.map(({ name }) => name.normalize('NFKD').toUpperCase().toLowerCase())
    expect(new Set(folded).size).toBe(files.length)
    // Each has the pack of its own host.
    expect(files.slice(1).map(({ data }) => String(data))).toEqual(
      hostile.map((label) => label.toWellFormed()),
    )
  })

  test('any label gives one', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 10 }), (labels) => {
        const unique = uniqueNames(['README.txt'])
        const names = labels.map((label) => unique(`100234_${namePart(label, 'host')}`, '_issue-1.lic'))
        expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(labels.length)
        for (const name of names) expect(name).toMatch(/^100234_[\p{L}\p{M}\p{N}._-]+_issue-1\.lic$/u)
      }),
    )
  })
})

describe('README.txt', () => {
  test.each([
    ['en', 'REPLACE the old license file'],
    ['fr', 'REMPLACEZ l’ancien fichier'],
  ] as const)(
    'says in %s to replace the old file, and which file is of which host',
    async (locale, words) => {
      const zip = zipOfPacks({
        customer: { number: '100234', name: 'Brasseries\nLemaire' },
        publisher: 'Halden Software',
        requestNumber: '100-000-009',
        packs: [{ hostId: 'h', issue: 3, label: 'LYO\r\nCAD', isEnded: false, issuedAt: at }],
        read: async () => ['x'],
        t: translator(locale),
        at,
      })
      const [readMe] = unzip(await bytesOf(zip))
      const text = String(readMe!.data)
      expect(readMe!.name).toBe('README.txt')
      expect(text).toMatch(/^\ufeff/)
      expect(text.split('\r\n').every((line) => !/[\r\n]/.test(line))).toBe(true)
      expect(text).toContain(words)
      expect(text).toContain('100234 Brasseries Lemaire')
      expect(text).toMatch(/100234_LYO-CAD_issue-3\.lic\s?: .*LYO CAD/)
    },
  )
})
