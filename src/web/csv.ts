/**
 * A cell that a spreadsheet takes for a formula (it begins, after blanks, with = + - @, tab or return) gets an
 * apostrophe before it, which makes it text (quality.md 17).
 */
export function neutral(cell: string): string {
  return /^[\s\u200b\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(cell) ? `'${cell}` : cell
}
