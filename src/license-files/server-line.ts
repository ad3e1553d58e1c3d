import { isSpecial, type Report, readAttributes, reportUnknown } from './license-line.ts'
import type { Daemon, Line, Server, Word } from './types.ts'
import { readHostIds } from './values.ts'
import { plain } from './words.ts'

/** `SERVER name hostid [port] [attributes]`; null without a name. */
export function readServer(line: Line, report: Report): Server | null {
  const [, name, hostId, ...rest] = line.words
  if (!name) {
    report('short')
    return null
  }
  const hostIds = hostId
    ? readHostIds(hostId.key.toUpperCase() === 'HOSTID' ? hostId.value : plain(hostId))
    : []
  // Prose that begins with this word in capitals.
  if (
    hostId &&
    rest[0] &&
    hostIds.every(({ id, text }) => !id && !isSpecial(text) && !text.includes('=')) &&
    !isPortWord(rest[0])
  ) {
    report('unknown', line.text.trim())
    return null
  }
  if (hostIds.length === 0) report('short')
  for (const { text, id } of hostIds) if (!id && !isSpecial(text)) report('host-id', text)
  const isPort = rest[0] !== undefined && isPortWord(rest[0])
  const port = isPort ? readPort(plain(rest[0]!), report) : null
  const attributes = readAttributes(rest, isPort ? 1 : 0)
  reportUnknown(attributes, report)
  return { line, name: plain(name), hostIds, port, attributes }
}

/** `VENDOR name [path] [[options=]path] [[port=]n]`, DAEMON in old files; null without a name. */
export function readDaemon(line: Line, report: Report): Daemon | null {
  const [, first, ...rest] = line.words
  if (!first) {
    report('short')
    return null
  }
  const daemon: Daemon = { line, name: plain(first), path: '', options: '', port: null }
  const bare: string[] = []
  for (const word of rest) {
    const key = word.key.toUpperCase()
    if (key === 'OPTIONS') daemon.options = word.value
    else if (key === 'PORT') daemon.port = readPort(word.value, report)
    else takePath(bare, word)
  }
  if (bare.length > 1 && /^\d{1,5}$/.test(bare.at(-1)!)) daemon.port = readPort(bare.pop()!, report)
  ;[daemon.path = '', daemon.options = daemon.options] = bare
  if (bare.length > 2) report('words', bare.slice(2).join(' '))
  return daemon
}

/** A path with blanks and no quotes is put together again: only what begins like a path is one of its own. */
function takePath(bare: string[], word: Word): void {
  const text = plain(word)
  const isNew = word.isQuoted || /^(?:[/.\\]|[A-Za-z]:[\\/]|\d{1,5}$)/.test(text)
  if (bare.length === 0 || isNew) bare.push(text)
  else bare.push(`${bare.pop()} ${text}`)
}

function isPortWord(word: Word): boolean {
  return /^(?:TCP:)?\d+$/i.test(plain(word))
}

function readPort(text: string, report: Report): number | null {
  const port = Number(text.replace(/^TCP:/i, ''))
  if (/\d/.test(text) && port >= 1 && port <= 65535) return port
  report('port', text)
  return null
}
