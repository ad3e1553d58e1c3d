import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import type { OpenFile } from './open-file.ts'
import { Unreadable } from './reasons.ts'

/** Longer than any row of sense: a quotation mark that is never closed would swallow the whole file. */
const longestRow = 100_000

export type Row = { line: number; cells: string[]; bytes: number }

/** The rows of a file after its header, each with the line it begins on; blank ones are passed over. */
export async function* readRows(file: OpenFile): AsyncGenerator<Row> {
  const source = createReadStream(file.path, { highWaterMark: 256 * 1024 })
  let next = 1
  const begins: number[] = []
  const parser = parse({
    bom: true,
    delimiter: file.separator,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: longestRow,
    // Counted here, in step with the parser: what it has read ahead is lost when it fails.
    on_record(cells: string[]) {
      begins.push(next)
      next += 1 + countBreaks(cells)
      return cells
    },
  })
  pipeline(source, decode(file.encoding), parser, () => {})
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      const line = begins.shift()!
      if (line > 1 && cells.some((cell) => cell.trim() !== '')) yield { line, cells, bytes: source.bytesRead }
    }
  } catch (error) {
    throw error instanceof CsvError ? asProblem(file, error, next) : error
  } finally {
    source.destroy()
  }
}

function decode(encoding: OpenFile['encoding']) {
  return async function* (source: AsyncIterable<Buffer>) {
    const decoder = encoding === 'utf-8' ? undefined : new TextDecoder(encoding)
    for await (const chunk of source) yield decoder ? decoder.decode(chunk, { stream: true }) : chunk
  }
}

function countBreaks(cells: string[]): number {
  let count = 0
  for (const cell of cells) {
    if (cell.includes('\n') || cell.includes('\r')) count += cell.match(/\r\n|\n|\r/g)!.length
  }
  return count
}

function asProblem(file: OpenFile, error: CsvError, line: number): Unreadable {
  const isQuote = /QUOTE/.test(error.code)
  const key = isQuote ? 'imports.quote' : 'imports.rowTooLong'
  return new Unreadable([{ file: file.name, line, key, params: { max: longestRow } }])
}
