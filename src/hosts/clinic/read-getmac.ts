import { type Adapter, noAdapter } from './finding.ts'

/** Columns of a table of `getmac`, by the row of equal signs under its heads. */
export type Columns = { starts: number[]; width: number }

/** Undefined where the row is no such rule. */
export function columnsOf(row: string): Columns | undefined {
  if (row.length > 500 || !/^\s*=+(?:\s+=+)+\s*$/.test(row)) return undefined
  return { starts: [...row.matchAll(/=+/g)].map(({ index }) => index), width: row.length }
}

/** The adapter of a table's row: `getmac /v` gives its name and what it is, `getmac` only whether it is connected. */
export function adapterOfRow(row: string, { starts }: Columns): Adapter {
  const cells = starts.map((start, index) => row.slice(start, starts[index + 1]).trim())
  const isVerbose = starts.length > 2
  return {
    ...noAdapter(),
    name: isVerbose ? cells[0]! : '',
    description: isVerbose ? cells[1]! : '',
    ...connection(row),
  }
}

/** `getmac /v /fo csv`; undefined for another row. */
export function adapterOfCsv(row: string): Adapter | undefined {
  const cells = row.length > 1000 ? [] : [...row.matchAll(/"([^"]*)"/g)].map(([, cell]) => cell!)
  if (cells.length !== 4) return undefined
  return { ...noAdapter(), name: cells[0]!, description: cells[1]!, ...connection(row) }
}

function connection(row: string) {
  return { isDisconnected: /disconnected|d.connect|getrennt/i.test(row), isUp: /\\Device\\Tcpip_/i.test(row) }
}
