import { connect, createServer, type Socket } from 'node:net'

export type CountingProxy = {
  /** The address to use instead of the one given. */
  url: string
  /** How often the client has had to hear from the server before it went on; set it to 0 to begin to count. */
  turns: number
  /** The statements that the client had executed, in order of arrival; empty it to begin to listen. */
  statements: string[]
  close(): Promise<void>
}

/** Stands between a client and the database of `url` and counts the round trips and statements. */
export async function startProxy(url: string): Promise<CountingProxy> {
  const target = new URL(url)
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname)
    let isClientsTurn = true
    const read = readStatements((statement) => proxy.statements.push(statement))
    client.on('data', (bytes) => {
      read(bytes)
      if (isClientsTurn) proxy.turns++
      isClientsTurn = false
    })
    database.on('data', () => {
      isClientsTurn = true
    })
    for (const socket of [client, database]) {
      open.add(socket)
      socket.setNoDelay()
      socket.on('error', () => {})
      socket.on('close', () => open.delete(socket))
    }
    client.pipe(database).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const local = new URL(url)
  local.port = String((server.address() as { port: number }).port)
  const proxy: CountingProxy = {
    url: local.href,
    turns: 0,
    statements: [],
    close() {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return proxy
}

/**
 * Reads what a client of Postgres sends (protocol 3.0, section "Message Formats"): Query, and Bind of what Parse named.
 */
function readStatements(tell: (statement: string) => void): (bytes: Buffer) => void {
  const named = new Map<string, string>()
  let rest: Buffer = Buffer.alloc(0)
  // The first message, which opens the connection, has no letter for its type.
  let header = 0
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    while (rest.length >= header + 4 && rest.length >= header + rest.readInt32BE(header)) {
      const end = header + rest.readInt32BE(header)
      const type = header === 0 ? '' : String.fromCharCode(rest[0]!)
      const [first, second] = rest.toString('utf8', header + 4, end).split('\0')
      if (type === 'Q') tell(first!)
      if (type === 'P') named.set(first!, second!)
      if (type === 'B') tell(named.get(second!) ?? '')
      rest = rest.subarray(end)
      header = 1
    }
  }
}
