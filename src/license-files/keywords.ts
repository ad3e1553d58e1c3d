import type { LineKind } from './types.ts'
import { isCount, isDate, isHostId } from './values.ts'

const KINDS: Record<string, LineKind> = {
  SERVER: 'server',
  VENDOR: 'daemon',
  DAEMON: 'daemon',
  USE_SERVER: 'use-server',
  FEATURE: 'feature',
  INCREMENT: 'feature',
  PACKAGE: 'package',
  UPGRADE: 'upgrade',
}

/** The keyword a row begins with, in any case; undefined for other words. */
export function keywordOf(text: string): { kind: LineKind; word: string } | undefined {
  const word = /^[A-Za-z_]{6,10}(?=\s|$)/.exec(text)?.[0]
  const kind = word && Object.hasOwn(KINDS, word.toUpperCase()) ? KINDS[word.toUpperCase()] : undefined
  return kind && { kind, word: word! }
}

/** Whether a row begins a license line: a keyword in capitals, or in other letters where the rest looks like it. */
export function startsLine(text: string): boolean {
  const keyword = keywordOf(text)
  if (!keyword) return false
  return keyword.word === keyword.word.toUpperCase() || looksLicensed(text)
}

/** Whether a row is a license line beyond doubt, so that prose which begins with "Server" or "Feature" is not. */
export function looksLicensed(text: string): boolean {
  const kind = keywordOf(text)?.kind
  const words = text.slice(0, 500).split(/\s+/, 8)
  if (kind === 'feature') return isDate(words[4]) && isCount(words[5])
  if (kind === 'upgrade') return isDate(words[5]) && isCount(words[6])
  if (kind === 'server') return isHostId(words[2])
  if (kind === 'daemon')
    return words.length === 2 || /^(?:"|[/.\\]|[A-Za-z]:|options=|port=)/i.test(words[2] ?? '')
  if (kind === 'package') return /\sCOMPONENTS=/i.test(text)
  return kind === 'use-server' && words.length === 1
}
