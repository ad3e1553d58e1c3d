import { crc32, inflateRawSync } from 'node:zlib'

export type Unzipped = { name: string; data: Buffer; flags: number }

/** Reads a zip by its directory, as unpacking programs do, and throws where header, directory and data differ. */
export function unzip(file: Buffer): Unzipped[] {
  const end = file.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  const count = file.readUInt16LE(end + 10)
  let at = file.readUInt32LE(end + 16)
  if (at + file.readUInt32LE(end + 12) !== end) throw new Error('The directory is not where the end says')
  const files: Unzipped[] = []
  for (let n = 0; n < count; n++) {
    if (file.toString('latin1', at, at + 4) !== 'PK\x01\x02') throw new Error(`No entry ${n}`)
    const facts = file.subarray(at + 6, at + 32)
    const local = file.readUInt32LE(at + 42)
    const length = facts.readUInt16LE(22)
    const name = file.toString('utf8', at + 46, at + 46 + length)
    if (!file.subarray(local + 4, local + 30).equals(facts)) throw new Error(`${name}: two headers differ`)
    const body = file.subarray(local + 30 + length, local + 30 + length + facts.readUInt32LE(14))
    const data = facts.readUInt16LE(4) === 8 ? inflateRawSync(body) : Buffer.from(body)
    if (crc32(data) !== facts.readUInt32LE(10)) throw new Error(`${name}: CRC`)
    if (data.length !== facts.readUInt32LE(18)) throw new Error(`${name}: length`)
    files.push({ name, data, flags: facts.readUInt16LE(2) })
    at += 46 + length
  }
  if (at !== end) throw new Error('The directory has more than it says')
  return files
}
