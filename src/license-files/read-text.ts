import type { FileNote } from './types.ts'

/**
 * The text of a license file's bytes: UTF-8 with or without a byte order mark, UTF-16 as Windows shells write it, else
 * Windows-1252 (of which Latin-1 is a part). Never throws.
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

/**
 * What a text's characters are read as: NULs go, other control characters become their pictures (no page may hold
 * them), so that they are still seen. A file in which they are many is no text.
 */
export function clean(decoded: string, before: readonly FileNote[] = []) {
  const notes = [...before]
  const whole = decoded.startsWith('\ufeff') ? decoded.slice(1) : decoded
  const plain = whole.replaceAll('\0', '')
  if (plain.length < whole.length) notes.push('nul')
  const controls = whole.length - plain.length + countControls(plain)
  const isBinary = controls > 20 && controls * 20 > whole.length
  if (isBinary) notes.push('binary')
  const flat = plain.replaceAll('\v', ' ')
  // Of a program nobody wants to know which they are, and a megabyte of them is put in order at once.
  const text = isBinary
    ? flat.replace(CONTROLS, '\ufffd')
    : flat.replace(CONTROLS, (run) => Array.from(run, (one) => pictureOf(one.charCodeAt(0))).join(''))
  if (/<!doctype html|<html[\s>]|<br\s{0,9}\/?>|&quot;/i.test(text)) notes.push('html')
  return { text, notes }
}

const CONTROLS = /[^\P{Cc}\t\n\f\r]+/gu

function countControls(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 ? code < 9 || code > 13 : code >= 0x7f && code < 0xa0) count++
  }
  return count
}

function pictureOf(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : '\ufffd'
}
