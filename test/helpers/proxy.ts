import { connect, createServer, type Socket } from 'node:net'

export type CountingProxy = {
  /** The address to use instead of the one given. */
  url: string
  /** How often the client has had to hear from the server before it went on; set it to 0 to begin to count. */
  turns: number
  close(): Promise<void>
}

/** Stands between a client and the database of `url` and counts the round trips. */
export async function startProxy(url: string): Promise<CountingProxy> {
  const target = new URL(url)
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname)
    let isClientsTurn = true
    client.on('data', () => {
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
    close() {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return proxy
}
