import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { askMailServer } from './mailer.ts'
import { refusalOf } from './refusal.ts'

type Settings = Pick<Config, 'home' | 'mail'>

/** What the start says of mail: where it goes. */
export function mailWords({ home, mail }: Settings): string {
  const { server } = mail
  if (!server) {
    return `Mail is not sent: each message becomes a file in ${home}/mail. To send it, set GUICHET_SMTP_URL (docs/mail.md).`
  }
  const { host, port, isTls, isLocal, user } = server
  const how = isTls ? 'TLS' : isLocal ? 'on this machine' : 'STARTTLS'
  return `Mail goes to the server ${host}:${port} (${how}${user ? `, as ${user}` : ''}).`
}

/** What is wrong with the mail server or the folder of files, in words for the operator; undefined where it takes our mail. */
export async function mailProblem({ home, mail }: Settings): Promise<string | undefined> {
  if (!mail.server) return folderProblem(join(home, 'mail'))
  const { host, port } = mail.server
  try {
    await askMailServer(mail.server)
    return undefined
  } catch (error) {
    const { words } = refusalOf(error)
    return (
      `The mail server ${host}:${port} cannot be used now (${words}). Guichet runs all the same: mail waits and is ` +
      'sent when the server takes it. Check GUICHET_SMTP_URL.'
    )
  }
}

async function folderProblem(folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await access(folder, constants.W_OK)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return (
      `No file can be written to ${folder} (${code}). Guichet runs all the same: mail waits and is written when that ` +
      'can be. Make the folder writable for this user, or set GUICHET_SMTP_URL.'
    )
  }
}
