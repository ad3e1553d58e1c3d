import { neutral, original } from '../../web/csv.ts'

// What a spreadsheet makes a number, a day or a time of when it opens a CSV file, in English or French: of 0012 it
// makes 12, of 1E5 100000, of 2024-11 and MAR-24 days; of a number of twelve digits it shows, and saves, six.
const changed = [
  /^(?!(0|[1-9]\d{0,10})$)[-+.,:/%\s\d]+$/,
  /^\d+([.,]\d+)?e[-+]?\d+$/i,
  /^\d{1,2}(:\d\d){0,2}\s?[ap]m$/i,
  /^(\d{1,4}[-/. ]?)?(jan|f[eé]v|feb|mar|a[pv]r|may|mai|ju[inl]|aug|ao[uû]|sep|oct|nov|d[eé]c)[a-zéû]*\.?([-/. ]?\d{1,4})?$/i,
]

function isChanged(cell: string): boolean {
  return /\d/.test(cell) && changed.some((form) => form.test(cell))
}

function core(cell: string): string {
  return cell.replace(/^['’]+/, '')
}

/** A cell that comes back from a spreadsheet as it was: with an apostrophe before it where that would change it. */
export function kept(cell: string): string {
  return isChanged(core(cell)) ? `'${cell}` : neutral(cell)
}

/** A cell as it was before `kept`. */
export function restored(cell: string | undefined): string {
  const text = (cell ?? '').replaceAll('\0', '').trim()
  return /^['’]/.test(text) && isChanged(core(text)) ? text.slice(1) : original(text)
}
