import type { Translate } from '../../web/i18n.ts'
import { issuePart, namePart, uniqueNames } from './names.ts'
import { writeZip, type ZipEntry } from './writer.ts'

/** One pack of a zip; its text is read when its turn comes. */
export type PackFile = { hostId: string; issue: number; label: string; isEnded: boolean; issuedAt: Date }

export type PackZip = {
  customer: { number: string; name: string }
  publisher: string
  /** As it is shown. */
  requestNumber: string
  packs: readonly PackFile[]
  /** The texts of these packs, in their order. */
  read(packs: readonly PackFile[]): Promise<string[]>
  /** Of who reads README.txt. */
  t: Translate
  at: Date
}

const readMe = 'README.txt'
/** Packs read at a time: what is held in memory, however many there are. */
const batchSize = 20

/** A zip with a file for each pack, and README.txt that says what to do with them. */
export function zipOfPacks(zip: PackZip): AsyncGenerator<Buffer> {
  return writeZip(entriesOf(zip))
}

async function* entriesOf(zip: PackZip): AsyncGenerator<ZipEntry> {
  const { customer, packs, read, at } = zip
  const unique = uniqueNames([readMe])
  const named = packs.map((pack) => ({
    ...pack,
    name: unique(`${customer.number}_${namePart(pack.label, 'host')}`, issuePart(pack)),
  }))
  yield { name: readMe, data: Buffer.from(readMeText(zip, named)), at }
  for (let from = 0; from < named.length; from += batchSize) {
    const batch = named.slice(from, from + batchSize)
    const texts = await read(batch)
    for (const [index, { name, issuedAt }] of batch.entries()) {
      yield { name, data: Buffer.from(texts[index]!), at: issuedAt }
    }
  }
}

/** With a byte order mark and CRLF, so that the oldest editor shows it right. */
function readMeText(
  { customer, publisher, requestNumber, t }: PackZip,
  files: readonly (PackFile & { name: string })[],
): string {
  const lines = [
    t('retrieval.readMe.title', { publisher }),
    `${customer.number} ${customer.name}`,
    t('retrieval.readMe.request', { number: requestNumber }),
    '',
    t('retrieval.readMe.replace'),
    t('retrieval.readMe.why'),
    t('retrieval.readMe.reread'),
    '',
    ...files.map(({ name, label, issue, isEnded }) =>
      t(isEnded ? 'retrieval.readMe.ended' : 'retrieval.readMe.file', { name, host: oneLine(label), issue }),
    ),
  ]
  return `\ufeff${lines.map(oneLine).join('\r\n')}\r\n`
}

function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
}
