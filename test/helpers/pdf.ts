import { constants, inflateSync } from 'node:zlib'

/** Text of each page of a PDF as Chromium makes it: uncompressed objects, Type 0 fonts with a ToUnicode map. */
export function pdfPages(file: Buffer): string[] {
  const objects = readObjects(file)
  const fonts = new Map<string, Map<string, string>>()
  for (const [id, { head }] of objects) {
    const map = /\/ToUnicode (\d+) 0 R/.exec(head)?.[1]
    if (map) fonts.set(id, readMap(objects.get(map)?.stream ?? ''))
  }
  return pageIds(objects).map((id) => pageText(objects.get(id)!.head, objects, fonts))
}

type PdfObject = { head: string; stream: string }

function readObjects(file: Buffer): Map<string, PdfObject> {
  const text = file.toString('latin1')
  const objects = new Map<string, PdfObject>()
  for (const found of text.matchAll(/(?:^|\n)(\d+) 0 obj\s([\s\S]*?)(?:\nendobj|\sendobj)/g)) {
    const [, id = '', body = ''] = found
    const [head = '', stream] = body.split(/\bstream\r?\n/, 2)
    const bytes = stream === undefined ? '' : Buffer.from(stream.replace(/\r?\nendstream\s*$/, ''), 'latin1')
    objects.set(id, { head, stream: bytes && head.includes('FlateDecode') ? inflate(bytes) : String(bytes) })
  }
  return objects
}

// The end of a stream may have lost a byte that looks like the end of a line.
function inflate(bytes: Buffer): string {
  return inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1')
}

/** The pages in order, from the tree of pages. */
function pageIds(objects: Map<string, PdfObject>): string[] {
  const root = [...objects.values()].find(({ head }) => /\/Type\s*\/Catalog/.test(head))?.head ?? ''
  const under = (id: string): string[] => {
    const head = objects.get(id)?.head ?? ''
    const kids = /\/Kids\s*\[([^\]]*)\]/.exec(head)?.[1]
    return kids ? [...kids.matchAll(/(\d+) 0 R/g)].flatMap(([, kid = '']) => under(kid)) : [id]
  }
  return under(/\/Pages (\d+) 0 R/.exec(root)?.[1] ?? '')
}

function readMap(cmap: string): Map<string, string> {
  const map = new Map<string, string>()
  const word = (hex: string) =>
    String.fromCharCode(...(hex.match(/.{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16)))
  for (const [, body = ''] of cmap.matchAll(/beginbfchar([\s\S]*?)endbfchar/g)) {
    for (const [, code = '', to = ''] of body.matchAll(/<(\w+)>\s*<(\w+)>/g))
      map.set(code.toLowerCase(), word(to))
  }
  for (const [, body = ''] of cmap.matchAll(/beginbfrange([\s\S]*?)endbfrange/g)) {
    for (const [, from = '', to = '', first = ''] of body.matchAll(/<(\w+)>\s*<(\w+)>\s*<(\w+)>/g)) {
      const start = Number.parseInt(from, 16)
      for (let code = start; code <= Number.parseInt(to, 16); code++) {
        const unit = Number.parseInt(first, 16) + code - start
        map.set(code.toString(16).padStart(from.length, '0'), String.fromCharCode(unit))
      }
    }
  }
  return map
}

function pageText(
  head: string,
  objects: Map<string, PdfObject>,
  fonts: Map<string, Map<string, string>>,
): string {
  const names = new Map(
    [...head.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name, id]) => [name, fonts.get(id!)]),
  )
  const contents = [...(/\/Contents\s*(\[[^\]]*\]|\d+ 0 R)/.exec(head)?.[1] ?? '').matchAll(/(\d+) 0 R/g)]
  const stream = contents.map(([, id = '']) => objects.get(id)?.stream ?? '').join('\n')
  let font: Map<string, string> | undefined
  let text = ''
  for (const [, name, hex, end] of stream.matchAll(/\/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|\b(ET)\b/g)) {
    if (name) font = names.get(name)
    else if (hex)
      text += (hex.match(/.{4}/g) ?? []).map((code) => font?.get(code.toLowerCase()) ?? '').join('')
    else if (end) text += ' '
  }
  return text.replace(/\s+/g, ' ').trim()
}
