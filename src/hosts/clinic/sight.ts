import { type HostId, parseHostId, withPlainDashes } from '../host-id.ts'

export type Sight = { text: string; id: HostId | null }

// Six pairs with one separator, not part of something longer such as a DUID, a tunnel's address or IPv6.
const PAIRS = /(?<![0-9a-z:.-])[0-9a-f]{1,2}([:-])(?:[0-9a-f]{1,2}\1){4}[0-9a-f]{1,2}(?![0-9a-z:-])/gi
const DOTTED = /(?<![0-9a-z.])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![0-9a-z.])/gi
const BARE = /(?<![0-9a-z_=-])[0-9a-f]{12}(?![0-9a-z_-])/gi
const NAMED =
  /(?<![A-Za-z0-9_])(?:COMPOSITE|HOSTNAME|USER|DISPLAY|INTERNET|VM_UUID|VMUUID|DISK_SERIAL_NUM|FLEXID|ID)=\s?"?([^\s"']{1,120})/g

/** Every host ID in a row of text that is written like one: Ethernet addresses, and `NAME=value`. */
export function sightIds(given: string): Sight[] {
  const row = withPlainDashes(given)
  const named = [...row.matchAll(NAMED)]
  const rest = named.length > 0 ? row.replace(NAMED, ' ') : row
  const addresses = [PAIRS, DOTTED, BARE].flatMap((pattern) =>
    [...rest.matchAll(pattern)].map(([text]) => text),
  )
  return [...named.map(([text]) => text.replaceAll('"', '')), ...addresses].flatMap(sight)
}

/** One ID as written; nothing where it cannot be one. */
export function sight(text: string): Sight[] {
  const read = parseHostId(text.slice(0, 200), { vendorNames: [] })
  if (!('problem' in read)) return [{ text, id: read }]
  return read.problem === 'hostid.no-machine' ? [{ text, id: null }] : []
}
