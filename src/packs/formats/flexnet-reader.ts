// Reading a license file as tolerantly as the license software does: any line ends, a byte order mark,
// blanks, lines broken anywhere between words, with a backslash or (as mail programs do) without.

export type ReadLine = {
  /** number of the first and the last line of the file that it takes, counted from 1 */
  first: number
  last: number
  words: string[]
}

export type ReadComment = {
  line: number
  /** its place among the rows that are not blank */
  place: number
  text: string
}

export type ReadFile = { lines: ReadLine[]; comments: ReadComment[]; length: number }

type Row = { number: number; text: string }

/** Splits a file into license lines (broken ones joined) and comments. Never throws. */
export function readLicenseFile(text: string): ReadFile {
  const rows = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .map((row, index) => ({ number: index + 1, text: trimBlanks(row) }))
  // Some programs double the line ends: a blank row parts nothing.
  const filled = rows.filter(({ text }) => text !== '')
  const joined: { first: number; last: number; texts: string[] }[] = []
  const comments: ReadFile['comments'] = []
  let open = false
  for (const [place, row] of filled.entries()) {
    if (row.text.startsWith('#')) comments.push({ line: row.number, place, text: row.text })
    else if ((open || continues(row)) && joined.length > 0) extend(joined.at(-1)!, row)
    else joined.push({ first: row.number, last: row.number, texts: [row.text] })
    if (!row.text.startsWith('#')) open = row.text.endsWith('\\')
  }
  const lines = joined.map(({ first, last, texts }) => ({ first, last, words: wordsOf(texts) }))
  return { lines, comments, length: rows.length }
}

/** Words are parted by blanks outside quotes; inside quotes blanks stay. */
function wordsOf(texts: string[]): string[] {
  const text = texts.map((row) => (row.endsWith('\\') ? row.slice(0, -1) : row)).join(' ')
  return text.match(/(?:"[^"]*"?|[^" \t])+/g) ?? []
}

/** A row that begins with an attribute can only be the rest of the row before it. */
function continues({ text }: Row): boolean {
  return /^(?:[a-z][a-z0-9_]*=|(?:VENDOR_STRING|HOSTID|START|ISSUED|SN|NOTICE|SIGN)=|SUPERSEDE(?:[ \t]|$))/.test(
    text,
  )
}

/** Without blanks at both ends. No regular expression: on a long run of blanks those take quadratic time. */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text[start])) start++
  while (end > start && isBlank(text[end - 1])) end--
  return text.slice(start, end)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

function extend(line: { last: number; texts: string[] }, row: Row) {
  line.last = row.number
  line.texts.push(row.text)
}
