import { sql } from 'drizzle-orm'
import { findCustomerOf, holdsOf } from '../accounts/access.ts'
import type { App } from '../app.ts'
import { Refusal, Unavailable } from '../errors.ts'
import type { ClaimedMail } from '../mail/queries.ts'
import { zipOfPacks } from '../packs/zip/packs.ts'
import { todayIn } from '../web/format.ts'
import { isLocale, translator } from '../web/i18n.ts'
import { packFileName, zipFileName } from './file-name.ts'
import { formatRequestNumber } from './number.ts'
import { type RequestPackFile, readFiles, readTexts } from './pack-files.ts'

/** More than this goes as a link (domain.md section 4); mail servers refuse much larger messages. */
const mostBytes = 10 * 1024 * 1024
/** What is not even tried: no zip of packs becomes a tenth of them. */
const mostUnpacked = 10 * mostBytes

export type Attachment = { filename: string; content: Buffer; contentType: string }
type Sending = Pick<App, 'database' | 'publisher'>
type Attached = { params: Record<string, unknown>; attachments: Attachment[] }

/**
 * The packs of the request that a mail is about, made now: one file, or a zip of several. None, and so only the link
 * to the request, where they are too large, or the receiver may no longer have them, or has another address by now.
 * `params.file` names what is attached, '' for nothing.
 */
export async function attachPacks(app: Sending, mail: ClaimedMail): Promise<Attached> {
  const files = await filesFor(app, mail)
  const attachment = files.length > 0 ? await attach(app, mail, files) : null
  return {
    params: { ...mail.params, file: attachment?.filename ?? '', isTheirs: files.length > 0 },
    attachments: attachment ? [attachment] : [],
  }
}

async function filesFor(app: Sending, mail: ClaimedMail): Promise<RequestPackFile[]> {
  const { personId, customerId, customerNumber, toAddress, params } = mail
  const publisher = app.publisher()
  const [person] = await app.database.db.execute<{ isConfirmed: boolean }>(sql`
    select confirmed_at is not null as "isConfirmed" from people where id = ${personId} and email = ${toAddress}`)
  const today = todayIn(publisher.timeZone)
  const reached = person && (await findCustomerOf(app.database, personId!, customerNumber, today))
  if (!reached) return []
  const scope = { personId: personId!, holds: holdsOf(reached, person, publisher).holds }
  try {
    const { files } = await app.database.readCustomer(customerId!, (tx) =>
      readFiles(tx, customerId!, Number(params['number']), scope),
    )
    return files
  } catch (error) {
    if (error instanceof Refusal && !(error instanceof Unavailable)) return []
    throw error
  }
}

async function attach(app: Sending, mail: ClaimedMail, files: RequestPackFile[]): Promise<Attachment | null> {
  const { customerId, customerNumber, customerName, language, params } = mail
  const read = (packs: readonly RequestPackFile[] | Parameters<typeof readTexts>[2]) =>
    app.database.readCustomer(customerId!, (tx) => readTexts(tx, customerId!, packs))
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const [only] = files
  if (files.length === 1) {
    if (total > mostBytes) return null
    const [text] = await read(files)
    const filename = packFileName(customerNumber, only!)
    // As bytes: nothing on the way may take it for a text and change its line ends.
    return { filename, content: Buffer.from(text!), contentType: 'application/octet-stream' }
  }
  if (total > mostUnpacked) return null
  const number = formatRequestNumber(Number(params['number']))
  const content = await collect(
    zipOfPacks({
      customer: { number: customerNumber, name: customerName },
      publisher: app.publisher().name,
      requestNumber: number,
      packs: files,
      read,
      t: translator(isLocale(language) ? language : 'en'),
      at: new Date(),
    }),
  )
  return content && { filename: zipFileName(customerNumber, number), content, contentType: 'application/zip' }
}

/** The whole, or null as soon as it is too large for a mail. */
async function collect(parts: AsyncIterable<Buffer>): Promise<Buffer | null> {
  const kept: Buffer[] = []
  let length = 0
  for await (const part of parts) {
    length += part.length
    if (length > mostBytes) return null
    kept.push(part)
  }
  return Buffer.concat(kept)
}
