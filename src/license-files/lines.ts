import type { Steps } from '../turns.ts'
import { keywordOf, looksLicensed, startsLine } from './keywords.ts'
import type { FileNote, Line, LineKind, Word } from './types.ts'
import { isBlankCode, isQuote, WordReader } from './words.ts'

/** Longest line that is read (characters); the License Administration Guide has them of some thousand. */
export const LINE_LIMIT = 100_000

const none: Word[] = []
const [mailed, backslash] = [...'>\\'].map((one) => one.charCodeAt(0))

type Row = { number: number; raw: string; text: string; continues: boolean; isMailed: boolean }
type Open = {
  line: Line
  raws: string[]
  /** Characters of its rows. */
  length: number
  reader: WordReader
  continues: boolean
  hasGap: boolean
}

/**
 * Splits a text into lines, a row a step: license lines are put together from rows that end in a backslash, that
 * leave a quote or brace open, or (as mail programs and later FlexNet versions break them) that go on without any
 * mark. Every row is in exactly one line. Never throws; takes time in proportion to the text.
 */
export function* lineSteps(text: string): Steps<{ lines: Line[]; rows: number; notes: FileNote[] }> {
  const rows = text.split(/\r\n|\n|\r/)
  let isMailed = false
  const lines: Line[] = []
  let open: Open | null = null
  const close = () => {
    if (!open) return
    open.line.isUnclosed = open.reader.close()
    open.line.isCut = open.continues
    open.line.text = open.raws.join('\n')
    open = null
  }
  const single = (kind: LineKind, { number, raw }: Row) =>
    lines.push({ kind, rows: [number], text: raw, words: none, isUnclosed: false, isCut: false, part: 1 })
  for (let index = 0; index < rows.length; index++) {
    yield
    const row = readRow(rows[index]!, index)
    const current = open as Open | null
    const isHeld = current !== null && (current.continues || current.reader.isOpen)
    if (row.text === '' && !row.continues) {
      const last = lines.at(-1)
      if (last?.kind === 'blank') last.rows.push(row.number)
      else single('blank', row)
      if (!isHeld) close()
      else current.hasGap = true
    } else if (row.text.startsWith('#') && !(current?.continues && current.reader.isOpen)) {
      single('comment', row)
      if (!isHeld) close()
    } else if (current && !begins(row, current) && goesOn(row, current)) {
      extend(current, row)
      isMailed ||= row.isMailed
    } else {
      close()
      open = begin(row)
      lines.push(open.line)
      isMailed ||= row.isMailed && open.line.kind !== 'unknown'
    }
  }
  close()
  numberParts(lines)
  return { lines, rows: rows.length, notes: notesOf(isMailed, lines) }
}

function readRow(raw: string, index: number): Row {
  let [start, end] = [0, raw.length]
  let isMailed = false
  for (; start < end; start++) {
    const code = raw.charCodeAt(start)
    if (code === mailed) isMailed = true
    else if (!isEdge(code)) break
  }
  while (end > start && isEdge(raw.charCodeAt(end - 1))) end--
  const continues = end > start && raw.charCodeAt(end - 1) === backslash
  if (continues) end--
  while (end > start && isEdge(raw.charCodeAt(end - 1))) end--
  return { number: index + 1, raw, text: raw.slice(start, end), continues, isMailed }
}

// A byte order mark stands before each of several files put together; DOS ends a file by Ctrl-Z (here its picture).
function isEdge(code: number): boolean {
  return isBlankCode(code) || code === 0xfeff || code === 0x241a
}

function begin(row: Row): Open {
  const kind = startsLine(row.text) ? keywordOf(row.text)!.kind : 'unknown'
  const reader = new WordReader()
  const line: Line = {
    ...{ kind, rows: [], text: '', words: reader.words },
    ...{ isUnclosed: false, isCut: false, part: 1 },
  }
  const open: Open = { line, raws: [], length: 0, reader, continues: false, hasGap: false }
  extend(open, row)
  return open
}

function extend(open: Open, { number, raw, text, continues }: Row): void {
  const { line, raws, reader } = open
  line.rows.push(number)
  raws.push(raw)
  open.length += text.length
  if (open.length <= LINE_LIMIT) reader.readRow(text, continues)
  else line.kind = 'unknown'
  open.continues = continues
}

/** Whether a row begins a line of its own. Where the row before asks for more, it must leave no doubt. */
function begins({ text }: Row, { continues, reader }: Open): boolean {
  return continues || reader.isOpen ? looksLicensed(text) : startsLine(text)
}

function goesOn({ text }: Row, { line, continues, reader, hasGap }: Open): boolean {
  if (continues) return true
  if (line.kind === 'unknown' || line.kind === 'use-server') return false
  if (reader.isOpen) return true
  if (hasGap || line.kind === 'server' || line.kind === 'daemon') return false
  const isAttribute =
    /^(?:[A-Za-z_][A-Za-z0-9_]*=|(?:SUPERSEDE|TS_OK|FLOAT_OK|BORROW|USER_BASED|HOST_BASED)(?:\s|$))/
  if (isAttribute.test(text) || line.kind === 'package') return isAttribute.test(text)
  // The words that each line has, and the key that came after them in old files.
  const count = reader.words.length
  return count < 6 || (count === 6 && /^[0-9A-F]{12,20}(?:\s|$)/i.test(text))
}

/** A SERVER line after license lines that had one already begins the next of several files. */
function numberParts(lines: Line[]): void {
  let part = 1
  let [servers, licensed] = [0, false]
  for (const line of lines) {
    if (line.kind === 'server') {
      if (servers > 0 && licensed) {
        part++
        ;[servers, licensed] = [0, false]
      }
      servers++
    } else if (servers > 0 && (line.kind === 'feature' || line.kind === 'upgrade')) licensed = true
    line.part = part
  }
}

function notesOf(isMailed: boolean, lines: Line[]): FileNote[] {
  const notes: FileNote[] = []
  if (isMailed) notes.push('mail-quoting')
  const isCurly = (text: string) => [...text.slice(0, 100)].some((one) => one !== '"' && isQuote(one))
  const isLicensed = ({ kind }: Line) => kind !== 'comment' && kind !== 'blank' && kind !== 'unknown'
  if (
    lines.some(
      (line) => isLicensed(line) && line.words.some(({ text, isQuoted }) => isQuoted && isCurly(text)),
    )
  )
    notes.push('curly-quotes')
  if (lines.some(({ part }) => part > 1)) notes.push('several-files')
  return notes
}
