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

/** What is wrong with the mail server, in words for the operator; undefined where it takes our mail. */
export async function mailProblem({ mail }: Settings): Promise<string | undefined> {
  if (!mail.server) return undefined
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
