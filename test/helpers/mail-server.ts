import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export type Delivered = {
  to: string[]
  /** As it came, with its blank lines. */
  source: string
  /** Of a header, unfolded, not decoded; undefined where there is none. */
  header(name: string): string | undefined
}

type Callback = (error?: (Error & { responseCode?: number }) | null, answer?: string) => void

export type MailServerOptions = Pick<
  SMTPServerOptions,
  'secure' | 'onAuth' | 'hideSTARTTLS' | 'authOptional' | 'disabledCommands'
> & {
  /** Asked for each address; undefined: it is taken. */
  refuse?: (address: string) => [code: number, words: string] | undefined
  /** Instead of taking the message once its data are there. */
  onMessage?: (message: Delivered, taken: () => void, server: SMTPServer) => void
  /** Called when the data begin. `drop` cuts the line. */
  onData?: (drop: () => void) => void
}

export type TestMailServer = {
  port: number
  /** For GUICHET_SMTP_URL. */
  url: string
  delivered: Delivered[]
  close(): Promise<void>
}

/** A real SMTP server on this machine that refuses, drops or answers late where it is told to. */
export async function startMailServer(options: MailServerOptions = {}): Promise<TestMailServer> {
  const { refuse, onMessage, onData, ...rest } = options
  const delivered: Delivered[] = []
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    closeTimeout: 100,
    ...rest,
    onRcptTo({ address }, _session, callback: Callback) {
      const refusal = refuse?.(address)
      if (!refusal) return callback()
      callback(Object.assign(new Error(refusal[1]), { responseCode: refusal[0] }))
    },
    onData(stream, session, callback: Callback) {
      const chunks: Buffer[] = []
      onData?.(() => dropAll(server))
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const message = parse(
          session.envelope.rcptTo.map(({ address }) => address),
          Buffer.concat(chunks).toString('utf8'),
        )
        const taken = () => {
          delivered.push(message)
          callback()
        }
        if (onMessage) onMessage(message, taken, server)
        else taken()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.server.address() as AddressInfo
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    delivered,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        dropAll(server)
      }),
  }
}

type Connection = { _socket?: { destroy(): void } }

function dropAll(server: SMTPServer): void {
  for (const connection of server.connections as unknown as Iterable<Connection>)
    connection._socket?.destroy()
}

function parse(to: string[], source: string): Delivered {
  const head = source.slice(0, source.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ')
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]
  return { to, source, header }
}
