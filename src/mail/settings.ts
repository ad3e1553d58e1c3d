import { isIP } from 'node:net'
import { ConfigError } from '../config.ts'

export interface MailServer {
  host: string
  port: number
  /** TLS from the first byte (smtps). Else STARTTLS, which must succeed unless the server is on this machine. */
  isTls: boolean
  isLocal: boolean
  user: string
  password: string
}

export interface MailSettings {
  /** Undefined: each message becomes a file. */
  server?: MailServer
  /** Who mail is from; undefined: no-reply at the host of the address people use. */
  from?: { name: string; address: string }
  /** Where answers go; undefined: nobody reads them. */
  replyTo?: string
}

type Given = { url?: string | undefined; from?: string | undefined; replyTo?: string | undefined }

/** Mail's part of the environment (config.ts). Throws ConfigError; its words never repeat the password. */
export function readMailSettings({ url, from, replyTo }: Given): MailSettings {
  return {
    ...(url ? { server: mailServer(url) } : {}),
    ...(from ? { from: sender(from) } : {}),
    ...(replyTo ? { replyTo: addressIn('GUICHET_MAIL_REPLY_TO', replyTo) } : {}),
  }
}

function mailServer(text: string): MailServer {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isKnown = url && ['smtp:', 'smtps:'].includes(url.protocol) && url.hostname !== ''
  if (!isKnown || !['', '/'].includes(url.pathname) || url.search || url.hash) {
    throw new ConfigError(
      'GUICHET_SMTP_URL is not the address of a mail server: it reads smtp://USER:PASSWORD@HOST:PORT (STARTTLS) or ' +
        'smtps://USER:PASSWORD@HOST:PORT (TLS from the start), with : / @ # ? % in user and password written as %3A %2F %40 %23 %3F %25.',
    )
  }
  const isTls = url.protocol === 'smtps:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const [user, password] = [decoded(url.username), decoded(url.password)]
  if (!user !== !password) {
    throw new ConfigError('GUICHET_SMTP_URL has a user without a password, or the other way round.')
  }
  const port = Number(url.port) || (isTls ? 465 : 587)
  return { host, port, isTls, isLocal: isLoopback(host), user, password }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ConfigError('GUICHET_SMTP_URL: a % in user or password is written as %25.')
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || (isIP(host) === 4 && host.startsWith('127.')) || host === '::1'
}

/** "licenses@example.com", or with a name: "Halden licenses <licenses@example.com>". */
function sender(text: string): { name: string; address: string } {
  const [, name = '', address = ''] = /^(?:"?([^"<>\p{Cc}]*?)"?\s*<([^<>]*)>)$/u.exec(text.trim()) ?? [
    '',
    '',
    text,
  ]
  return { name, address: addressIn('GUICHET_MAIL_FROM', address) }
}

function addressIn(setting: string, text: string): string {
  const address = text.trim()
  if (!/^[^\s@<>",;:\p{Cc}]+@[^\s@<>",;:\p{Cc}]+$/u.test(address)) {
    throw new ConfigError(`${setting} is "${text}": it takes an e-mail address such as licenses@example.com`)
  }
  return address
}
