import { mkdir, rename, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { createTransport, type SendMailOptions } from 'nodemailer'
import type { Attachment } from './attachments.ts'
import type { RenderedMail } from './render.ts'
import type { MailServer, MailSettings } from './settings.ts'

export type Message = RenderedMail & {
  /** The mail's own ID: what is written again replaces the same file. */
  id: string
  messageId: string
  to: string
  toName: string
  from: { name: string; address: string }
  replyTo?: string | undefined
  date: Date
  language: string
  /** Where one click ends messages like this one (RFC 8058). */
  unsubscribe?: string | undefined
  attachments?: Attachment[]
}

/** Hands one message over, and resolves once it is taken. */
export type Mailer = (message: Message) => Promise<void>

/** How long a mail server may take, in milliseconds. */
export type Patience = { connect: number; greeting: number; silence: number; whole: number }

const patience: Patience = { connect: 10_000, greeting: 10_000, silence: 60_000, whole: 120_000 }

/** To the mail server that is set, else into files under `home`. */
export function mailerFor({ home, mail }: { home: string; mail: MailSettings }, wait = patience): Mailer {
  return mail.server ? smtpMailer(mail.server, wait) : (message) => writeMail(join(home, 'mail'), message)
}

/**
 * A connection for each message, so that nothing is known of one from the fate of another. Throws the server's
 * refusal (`responseCode`, `response`, `command`) or what kept us from it.
 */
function smtpMailer(server: MailServer, wait: Patience): Mailer {
  const transport = transportTo(server, wait)
  return async (message) => {
    await transport.sendMail({ ...composed(message), signal: AbortSignal.timeout(wait.whole) })
  }
}

/** Whether the mail server takes our name and password. Throws what is wrong. */
export async function askMailServer(server: MailServer, wait = patience): Promise<void> {
  await transportTo(server, wait).verify()
}

function transportTo({ host, port, isTls, isLocal, user, password }: MailServer, wait: Patience) {
  return createTransport({
    host,
    port,
    secure: isTls,
    requireTLS: !isTls && !isLocal,
    // A server on this machine often has a certificate for another name; nobody stands in between.
    tls: isLocal ? { rejectUnauthorized: false } : { minVersion: 'TLSv1.2' },
    ...(user ? { auth: { user, pass: password } } : {}),
    connectionTimeout: wait.connect,
    dnsTimeout: wait.connect,
    greetingTimeout: wait.greeting,
    socketTimeout: wait.silence,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

// Composes only; nothing leaves.
const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })

/** Writes a message as a file in `folder`, whole or not at all; a second time replaces the first. */
export async function writeMail(folder: string, message: Message): Promise<void> {
  const { message: bytes } = await composer.sendMail(composed(message))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const part = join(folder, `${message.id}.part`)
  await writeFile(part, bytes as Buffer, { mode: 0o600, flush: true })
  await rename(part, join(folder, `${message.id}.eml`))
}

function composed(message: Message): SendMailOptions {
  const { subject, text, html, messageId, from, to, toName, replyTo, date, language } = message
  const { unsubscribe, attachments = [] } = message
  return {
    ...{ subject, text, html, messageId, from, date },
    to: { name: toName, address: to },
    ...(replyTo ? { replyTo } : {}),
    ...(attachments.length > 0 ? { attachments } : {}),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'Content-Language': language,
      ...(unsubscribe
        ? {
            // Whole, as it is: broken in two it would be no address for some.
            'List-Unsubscribe': { prepared: true, value: `<${unsubscribe}>` },
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          }
        : {}),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** Who our mail is from: what is set, else the publisher's counter at the host people know it by. */
export function senderOf({ from }: MailSettings, publisher: string, baseUrl: string) {
  const name = (from?.name || publisher).replace(/\p{Cc}+/gu, ' ').trim()
  const { hostname } = new URL(baseUrl)
  const domain = isIP(hostname.replace(/[[\]]/g, '')) ? 'localhost' : hostname
  return { name, address: from?.address ?? `no-reply@${domain}` }
}
