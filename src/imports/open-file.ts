import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type FileName, fileList, optionalColumns } from './file-list.ts'
import { type Reason, Unreadable } from './reasons.ts'

type Encoding = 'utf-8' | 'windows-1252'

export type OpenFile = {
  name: FileName
  path: string
  size: number
  encoding: Encoding
  separator: ',' | ';'
  /** Column name to position. */
  columns: Map<string, number>
}

const separatorNames: Record<string, string> = {
  '\t': 'imports.tab',
  '|': 'imports.bar',
  ':': 'imports.colon',
}

/**
 * Looks at a file before it is loaded: encoding over its whole length, separator and header. Throws Unreadable
 * with all that is wrong at once.
 */
export async function openFile(path: string, name: FileName): Promise<OpenFile> {
  const fail = (key: string, params?: Reason['params']): never => {
    throw new Unreadable([{ file: name, key, ...(params && { params }) }])
  }
  const { encoding, head, size } = await examine(path, fail)
  const header = head.slice(0, head.search(/[\r\n]|$/))
  if (!header.trim()) fail(head.trim() ? 'imports.firstBlank' : 'imports.fileEmpty')
  const separator = findSeparator(header, name, fail)
  const found = split(header, separator)
  while (found.at(-1) === '') found.pop()
  const problems = headerReasons(found, fileList[name]).map((reason) => ({ ...reason, file: name, line: 1 }))
  if (problems.length > 0) throw new Unreadable(problems)
  return { name, path, size, encoding, separator, columns: new Map(found.map((column, i) => [column, i])) }
}

type Fail = (key: string, params?: Reason['params']) => never

async function examine(path: string, fail: Fail) {
  const { size } = await readable(path, fail)
  const strict = new TextDecoder('utf-8', { fatal: true })
  let encoding: Encoding = 'utf-8'
  let first: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    if (first.length === 0) {
      first = chunk
      if (/^(\xff\xfe|\xfe\xff)/.test(chunk.toString('latin1', 0, 2))) fail('imports.utf16')
      if (chunk.toString('latin1', 0, 2) === 'PK') fail('imports.notText')
    }
    if (chunk.includes(0)) fail('imports.notText')
    if (encoding === 'utf-8' && !decodes(strict, chunk, true)) encoding = 'windows-1252'
  }
  // A character cut off at the very end is not UTF-8 either.
  if (encoding === 'utf-8' && !decodes(strict, new Uint8Array(), false)) encoding = 'windows-1252'
  return { encoding, size, head: new TextDecoder(encoding).decode(first) }
}

async function readable(path: string, fail: Fail) {
  try {
    const entry = await stat(path)
    return entry.isFile() ? entry : fail('imports.notFile')
  } catch (error) {
    if (error instanceof Unreadable) throw error
    return fail('imports.unreadable', { code: (error as NodeJS.ErrnoException).code ?? '' })
  }
}

function decodes(decoder: TextDecoder, chunk: Uint8Array, stream: boolean): boolean {
  try {
    decoder.decode(chunk, { stream })
    return true
  } catch {
    return false
  }
}

function split(header: string, separator: string): string[] {
  return header.split(separator).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim()
      .toLowerCase(),
  )
}

function findSeparator(header: string, name: FileName, fail: Fail): ',' | ';' {
  const known = (separator: string) =>
    split(header, separator).filter((cell) => (fileList[name] as readonly string[]).includes(cell)).length
  const [comma, semicolon] = [known(','), known(';')]
  if (comma < 2 && semicolon < 2) {
    const other = Object.keys(separatorNames).find((separator) => known(separator) > 1)
    if (other) fail('imports.separator', { separator: separatorNames[other] })
    if (comma + semicolon === 0) fail('imports.noHeader', { columns: fileList[name].join(', ') })
  }
  return semicolon > comma ? ';' : ','
}

function headerReasons(found: string[], columns: readonly string[]): Reason[] {
  const missing = columns.filter((column) => !found.includes(column) && !optionalColumns.includes(column))
  const unknown = found.filter((column) => !columns.includes(column))
  const twice = found.filter((column, i) => columns.includes(column) && found.indexOf(column) < i)
  const reasons: Reason[] = []
  const say = (key: string, names: string[]) => {
    if (names.length > 0) {
      const params = { columns: names.join(', '), count: names.length, known: columns.join(', ') }
      reasons.push({ key, params })
    }
  }
  say('imports.missingColumns', missing)
  say(
    'imports.unknownColumns',
    unknown.map((column) => column || '""'),
  )
  say('imports.columnTwice', [...new Set(twice)])
  return reasons
}
