import { mkdir, rename, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import type { RenderedMail } from './render.ts'

export type Message = RenderedMail & {
  /** The mail's own ID: what is written again replaces the same file. */
  id: string
  messageId: string
  to: string
  toName: string
  from: string
  date: Date
}

// Composes only; nothing leaves.
const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })

/** Writes a message as a file in `folder`, whole or not at all; a second time replaces the first. */
export async function writeMail(folder: string, message: Message): Promise<void> {
  const { id, to, toName, from, ...rest } = message
  const { message: bytes } = await composer.sendMail({
    ...rest,
    from,
    to: { name: toName, address: to },
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const part = join(folder, `${id}.part`)
  await writeFile(part, bytes as Buffer, { mode: 0o600, flush: true })
  await rename(part, join(folder, `${id}.eml`))
}

/** Who our mail is from: the publisher's counter, at the host people know it by. */
export function senderOf(publisher: string, baseUrl: string): string {
  const { hostname } = new URL(baseUrl)
  const domain = isIP(hostname.replace(/[[\]]/g, '')) ? 'localhost' : hostname
  return `"${publisher.replace(/["\\\r\n]/g, '')}" <no-reply@${domain}>`
}
