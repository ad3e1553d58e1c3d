import { readFileSync } from 'node:fs'
import { isKnownPassword } from './known-passwords.ts'

/** Why a part of a password is among the first things that are tried. */
export type Piece = 'common' | 'keys' | 'repeated' | 'date' | 'own'

/** What a password must be worth: a character nobody could tell beforehand counts one. */
const leastWorth = 8
/** What a word or a pattern that everyone tries is worth, however long it is. */
const worthOf: Record<Piece, number> = { common: 2, keys: 2, date: 2, own: 1, repeated: 0 }
/** A sign between two others: dots, hyphens and blanks are where everyone puts them. */
const signWorth = 0.5

const longestPiece = 40

const signsForLetters: Record<string, string> = {
  ...{ '0': 'o', '3': 'e', '4': 'a', '5': 's', '7': 't', '8': 'b', '9': 'g' },
  ...{ '@': 'a', $: 's', '!': 'i', '1': 'i', '|': 'l', '€': 'e', '+': 't' },
}

let list: Set<string> | undefined

/** Read when first asked for: nobody chooses a password while we start. */
function commonWords(): Set<string> {
  list ??= new Set(
    readFileSync(new URL('common-passwords.txt', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .flatMap((line) => line.split(/\s+/))
      .flatMap((word) => foldings(word).map((letters) => letters.join('')))
      .filter((word) => word.length >= 3),
  )
  return list
}

const rows = [
  ...['qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'azertyuiop', 'qsdfghjklm', 'wxcvbn', 'qwertzuiop', 'yxcvbnm'],
  ...['abcdefghijklmnopqrstuvwxyz', '01234567890'],
]
const walks = [...rows, ...rows.map((row) => [...row].reverse().join(''))]

/**
 * Of what kinds of pieces a password is made, where they make it too easy to guess; none where it is not. Words of
 * the list that ships with us, rows of keys, repetitions, years and dates, and `own` words (the person's name and
 * address, the publisher's name) count little each, all else counts by the character. The order tells nothing.
 */
export function guessablePieces(password: string, own: readonly string[]): Piece[] {
  const spellings = foldings(password.normalize('NFC'))
  const ownWords = new Set(own.flatMap(wordsOf))
  if (spellings.some((letters) => commonWords().has(letters.filter(isLetter).join('')))) return ['common']
  // Of a long one the beginning is enough, as a rule; the whole of a thousand characters takes a while.
  const beginning = judge(
    spellings.map((letters) => letters.slice(0, 100)),
    ownWords,
  )
  const pieces = beginning.length && spellings[0]!.length > 100 ? judge(spellings, ownWords) : beginning
  const isKnown = () => spellings.some((letters) => isKnownPassword(letters.join('')))
  return pieces.length === 0 && isKnown() ? ['common'] : pieces
}

function judge(spellings: string[][], own: Set<string>): Piece[] {
  const plain = spellings[0]!
  // best[i]: the least that the first i characters are worth, and the piece with which they end.
  const best: Worth[] = [{ worth: 0, from: 0 }]
  for (let end = 1; end <= plain.length; end++) best.push(leastWith(spellings, end, best, own))
  return best.at(-1)!.worth >= leastWorth ? [] : piecesOn(best)
}

type Worth = { worth: number; from: number; piece?: Piece }

function leastWith(spellings: string[][], end: number, best: Worth[], own: Set<string>): Worth {
  const plain = spellings[0]!
  let least: Worth = { worth: best[end - 1]!.worth + characterWorth(plain, end - 1), from: end - 1 }
  for (let from = Math.max(0, end - longestPiece); from <= end - 3; from++) {
    if (best[from]!.worth + worthOf.own >= least.worth) continue
    const piece = pieceOf(spellings, from, end, own)
    const worth = piece ? best[from]!.worth + worthOf[piece] : least.worth
    if (worth < least.worth) least = { worth, from, piece }
  }
  for (const from of repeatedFrom(plain, end)) {
    const { worth } = best[from]!
    if (worth < least.worth) least = { worth, from, piece: 'repeated' }
  }
  return least
}

function piecesOn(worths: Worth[]): Piece[] {
  const pieces = new Set<Piece>()
  for (let end = worths.length - 1; end > 0; end = worths[end]!.from) {
    const { piece } = worths[end]!
    if (piece) pieces.add(piece)
  }
  return [...pieces].sort()
}

function pieceOf(spellings: string[][], from: number, end: number, own: Set<string>): Piece | undefined {
  const parts = spellings.map((letters) => letters.slice(from, end).join(''))
  if (parts.some((part) => own.has(part))) return 'own'
  if (parts.some((part) => commonWords().has(part))) return 'common'
  const plain = parts[0]!
  if (plain.length >= 4 && walks.some((walk) => walk.includes(plain))) return 'keys'
  if (plain === '123' || plain === '321') return 'keys'
  return isDate(plain) ? 'date' : undefined
}

/** A year of our time, or a day written in digits. */
function isDate(part: string): boolean {
  return (
    /^(19|20)\d\d$/.test(part) ||
    /^(0[1-9]|[12]\d|3[01])[./-]?(0[1-9]|1[0-2])[./-]?((19|20)\d\d|\d\d)$/.test(part) ||
    /^(19|20)\d\d[./-]?(0[1-9]|1[0-2])[./-]?(0[1-9]|[12]\d|3[01])$/.test(part)
  )
}

/** Where a part begins that stands there a second time: "ana" in "anaana", the third and later "a" of "aaa". */
function repeatedFrom(letters: string[], end: number): number[] {
  const starts: number[] = []
  for (let length = 1; length <= longestPiece && end - 2 * length >= 0; length++) {
    const from = end - length
    const same = letters.slice(from, end).every((letter, i) => letter === letters[from - length + i])
    // Two of the same letter stand in ordinary words.
    const counts = length > 1 || (end >= 3 && letters[end - 3] === letters[from])
    if (same && counts) starts.push(from)
  }
  return starts
}

function characterWorth(letters: string[], at: number): number {
  const isSign = (letter: string) => !isLetter(letter)
  const stands =
    isSign(letters[at]!) && !(at > 0 && isSign(letters[at - 1]!)) && !isSign(letters[at + 1] ?? 'x')
  return stands || (at === letters.length - 1 && isSign(letters[at]!)) ? signWorth : 1
}

function isLetter(letter: string): boolean {
  return /[\p{L}\p{N}]/u.test(letter)
}

/** As it reads: in lower case without accents; and with digits and signs as the letters they stand for. */
function foldings(text: string): string[][] {
  const plain = [...text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()]
  const read = plain.map((letter) => signsForLetters[letter] ?? letter)
  const other = plain.map((letter) => (letter === '1' ? 'l' : (signsForLetters[letter] ?? letter)))
  return [plain, read, other]
}

/** "Anne-Marie Le Goff" and "am.legoff@example.com" by their words, and without what stands between. */
function wordsOf(text: string): string[] {
  const [name = '', domain = ''] = text.split('@')
  const words = [...name.split(/[^\p{L}\p{N}]+/u), name.replace(/[^\p{L}\p{N}]/gu, ''), ...domain.split('.')]
  return words
    .flatMap((word) => [...new Set(foldings(word).map((letters) => letters.join('')))])
    .filter((word) => word.length >= 3)
}
