import type { FileNote } from './types.ts'

/**
 * The text of a license file's bytes: UTF-8 with or without a byte order mark, UTF-16 as Windows shells write it, else
 * Windows-1252 (of which Latin-1 is a part). NULs are taken out. Never throws.
 */
export function readText(bytes: Uint8Array): { text: string; notes: FileNote[] } {
  const wide = utf16(bytes)
  if (wide) return clean(new TextDecoder(wide).decode(bytes), ['utf-16'])
  try {
    return clean(new TextDecoder('utf-8', { fatal: true }).decode(bytes), [])
  } catch {
    return clean(new TextDecoder('windows-1252').decode(bytes), ['windows-1252'])
  }
}

function utf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  // Without a mark: every second byte of a text in Latin letters is NUL.
  const head = bytes.subarray(0, 200)
  const nuls = (odd: number) => head.filter((byte, index) => byte === 0 && index % 2 === odd).length
  if (head.length < 8) return undefined
  if (nuls(1) * 2.5 > head.length && nuls(0) === 0) return 'utf-16le'
  return nuls(0) * 2.5 > head.length && nuls(1) === 0 ? 'utf-16be' : undefined
}

function clean(decoded: string, notes: FileNote[]) {
  const text = decoded.startsWith('\ufeff') ? decoded.slice(1) : decoded
  return text.includes('\0')
    ? { text: text.replaceAll('\0', ''), notes: [...notes, 'nul' as const] }
    : { text, notes }
}
