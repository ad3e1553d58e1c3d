type Coded = {
  code?: string
  port?: number
  address?: string
  hostname?: string
  message?: string
  cause?: unknown
}

/** What the start says to the operator when it cannot go on: what is wrong and how to put it right. */
export function startWords(error: unknown): string {
  for (let one = error as Coded | undefined; one; one = one.cause as Coded | undefined) {
    const words = wordsFor(one)
    if (words) return words
  }
  return String((error as Coded)?.message ?? error)
}

function wordsFor({ code, port, address, hostname, message }: Coded): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${address} is taken by another program. Stop that one, or choose another port: PORT=3001 npm start`
    case 'EACCES':
      return port
        ? `This user may not listen on port ${port}. Choose one above 1023: PORT=3000 npm start`
        : undefined
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${address}. Check HOST.`
    case 'ECONNREFUSED':
      return `No database answers at ${address}:${port}. Check that Postgres runs there, and DATABASE_URL.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The database’s machine ${hostname} is not known. Check the host name in DATABASE_URL.`
    case 'CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return `The database does not answer (${message}). Check the address in DATABASE_URL and the way to it.`
    case 'CONNECTION_CLOSED':
      return `What answers at the address of DATABASE_URL closed the connection (${message}). Check that it is a Postgres.`
    case '28P01':
    case '28000':
      return `The database refuses the user or the password (${message}). Check both in DATABASE_URL and DATABASE_OWNER_URL.`
    case '3D000':
      return `The database of DATABASE_URL is not there (${message}). Create it: docs/install.md shows how.`
    case '42501':
      return `The database does not let this role do what it must (${message}). docs/install.md shows the roles and their rights.`
    default:
      return undefined
  }
}
