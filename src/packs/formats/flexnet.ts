// Writing the published FlexNet license-file syntax (License Administration Guide, "License File Format").
// A license line is an array of words here; it becomes text only in `writeLine`.

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WIDTH = 76

/** `2027-01-31` → `31-jan-2027`; null → `permanent`. */
export function flexnetDate(day: string | null): string {
  if (day === null) return 'permanent'
  const [year, month, date] = day.split('-')
  return `${date}-${MONTHS[Number(month) - 1]}-${year}`
}

/** `31-jan-2027` → `2027-01-31`; `permanent` → null; anything else → undefined. */
export function dayOfFlexnetDate(text: string): string | null | undefined {
  if (text === 'permanent') return null
  const parts = /^(\d{1,2})-([a-z]{3})-(\d{4})$/.exec(text)
  const month = parts ? MONTHS.indexOf(parts[2]!) + 1 : 0
  return parts && month > 0
    ? `${parts[3]}-${String(month).padStart(2, '0')}-${parts[1]!.padStart(2, '0')}`
    : undefined
}

/** One word of a license line: printable ASCII without blanks, quotes and backslashes; others become `_`. */
export function word(value: string | number): string {
  const safe = String(value).replace(/[^\x21\x23-\x5b\x5d-\x7e]/gu, '_')
  return safe === '' || safe.startsWith('#') ? `_${safe.slice(1)}` : safe
}

/** `NAME="text"`: like a word, but single blanks inside stay. */
export function quoted(name: string, value: string): string {
  const safe = value
    .trim()
    .split(/\s+/)
    .map((part) => part.replace(/[^\x21\x23-\x5b\x5d-\x7e]/gu, '_'))
  return `${name}="${safe.join(' ')}"`
}

/**
 * Text for a comment: one line, UTF-8, control and direction-overriding characters made spaces. A backslash
 * becomes a slash, because at the end of the line it could continue the comment into the next line.
 */
export function commentText(value: string): string {
  return value
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, ' ')
    .replaceAll('\\', '/')
    .replace(/\s+$/u, '')
}

/** A comment line. What a name brings cannot look like a row of the seal (`# JWS: `). */
export function comment(text = ''): string {
  return `# ${commentText(text).replace(/^\s*JWS:/, 'JWS :')}`.trimEnd()
}

/** A license line, broken between words by a backslash where it would be too wide for a mail program. */
export function writeLine(words: readonly string[]): string {
  const rows: string[] = []
  let row = words[0] ?? ''
  for (const next of words.slice(1)) {
    if (row.length + next.length + 3 > WIDTH && row.trim() !== '') {
      rows.push(`${row} \\`)
      row = `\t${next}`
    } else row += ` ${next}`
  }
  return [...rows, row].join('\n')
}
