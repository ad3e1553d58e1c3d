/**
 * Heads of the file of a bulk plan, the same in every language. Who edits it changes `new_quantity`, or adds rows with
 * `host`, `order`, `line` and `new_quantity`; the others are for the reader, or tell what changed in the meantime.
 */
export const columns = [
  'host',
  'host_ids',
  'product',
  'part_number',
  'contract',
  'order',
  'line',
  'placed_now',
  'new_quantity',
  'made_at',
] as const

export type Column = (typeof columns)[number]

/** What a row cannot do without. */
export const needed: readonly Column[] = ['host', 'order', 'line', 'new_quantity']

/** Lines of one file that may be changed, or refused. */
export const mostLines = 5000

/** Bytes of one file. */
export const largestFile = 1024 * 1024
