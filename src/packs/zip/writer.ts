import { promisify } from 'node:util'
import { crc32, deflateRaw } from 'node:zlib'

// The zip format as PKWARE's APPNOTE.TXT 6.3.10 gives it (sections 4.3.7, 4.3.12, 4.3.16), without its 64-bit part.

export type ZipEntry = {
  /** Unique in the file, with slashes for folders (names.ts). */
  name: string
  data: Buffer
  /** Written in UTC: the format has no time zones. */
  at: Date
}

const utf8Names = 0x0800
const mostEntries = 0xffff - 1
const mostBytes = 0xffffffff - 1
const pack = promisify(deflateRaw)

/**
 * A zip of these files, piece by piece: what is held is one file and some hundred bytes of each before it. Throws
 * RangeError where the format's 32-bit fields do not hold it.
 */
export async function* writeZip(
  entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>,
): AsyncGenerator<Buffer> {
  const directory: Buffer[] = []
  let offset = 0
  for await (const { name, data, at } of entries) {
    const packed = await pack(data)
    const isPacked = packed.length < data.length
    const body = isPacked ? packed : data
    const path = Buffer.from(name)
    const facts = factsOf({ method: isPacked ? 8 : 0, at, data, length: body.length, path })
    if (directory.length === mostEntries || offset + body.length > mostBytes)
      throw new RangeError('zip: too large')
    directory.push(Buffer.concat([directoryHead(facts, offset), path]))
    for (const part of [localHead(facts), path, body]) {
      offset += part.length
      yield part
    }
  }
  const listing = Buffer.concat(directory)
  yield listing
  yield ending(directory.length, listing.length, offset)
}

/** What local header and directory say alike: from the version needed to the length of the extra field. */
function factsOf(of: { method: number; at: Date; data: Buffer; length: number; path: Buffer }): Buffer {
  const facts = Buffer.alloc(26)
  const { time, day } = dosTime(of.at)
  facts.writeUInt16LE(20, 0)
  facts.writeUInt16LE(utf8Names, 2)
  facts.writeUInt16LE(of.method, 4)
  facts.writeUInt16LE(time, 6)
  facts.writeUInt16LE(day, 8)
  facts.writeUInt32LE(crc32(of.data), 10)
  facts.writeUInt32LE(of.length, 14)
  facts.writeUInt32LE(of.data.length, 18)
  facts.writeUInt16LE(of.path.length, 22)
  return facts
}

function localHead(facts: Buffer): Buffer {
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts])
}

/** Made by version 2.0; no comment, one disk, no attributes. */
function directoryHead(facts: Buffer, offset: number): Buffer {
  const rest = Buffer.alloc(14)
  rest.writeUInt32LE(offset, 10)
  return Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), facts, rest])
}

function ending(count: number, length: number, offset: number): Buffer {
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(length, 12)
  end.writeUInt32LE(offset, 16)
  return end
}

/** To two seconds, from 1980 on. */
function dosTime(at: Date): { time: number; day: number } {
  const year = Math.min(Math.max(at.getUTCFullYear(), 1980), 2107)
  return {
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
    day: ((year - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
  }
}
