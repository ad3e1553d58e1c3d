/**
 * A cell that a spreadsheet takes for a formula (it begins, after blanks, with = + - @, tab or return) gets an
 * apostrophe before it, which makes it text (quality.md 17); so does one that is such a cell after apostrophes of its
 * own, so that `original` gives back each as it was.
 */
export function neutral(cell: string): string {
  return /^'*[\s\u200b\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(cell) ? `'${cell}` : cell
}

/** A number of which every digit counts: a spreadsheet leaves it as it is. */
export function asText(digits: string): string {
  return `'${digits}`
}

/** The digits of a cell made by `asText`; undefined for any other. */
export function textOf(cell: string): string | undefined {
  return /^['’](\d+)$/.exec(cell)?.[1]
}

/** A cell as it was before it was kept from being a formula: without NULs, blanks at its ends and that apostrophe. */
export function original(cell: string | undefined): string {
  const text = (cell ?? '').replaceAll('\0', '').trim()
  return /^'+[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text) ? text.slice(1) : text
}
