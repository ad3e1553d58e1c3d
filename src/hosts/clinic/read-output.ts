import { type Block, beginsAdapter, readField } from './adapters.ts'
import { type Adapter, type Finding, noAdapter, type Reason, type Sighting, type Source } from './finding.ts'
import { adapterOfCsv, adapterOfRow, type Columns, columnsOf } from './read-getmac.ts'
import { isOpen, lmhostidIn, sightSaid } from './read-lmhostid.ts'
import { type Sight, sight, sightIds } from './sight.ts'
import { canBeOfMachine, inOrder, scoreOf, traitsOf } from './traits.ts'

export type Clinic = {
  /** The likely one first. */
  findings: Finding[]
  /** More than are listed. */
  more: number
  /** Why the first is the likely one; null where none can be of a machine. */
  reason: Reason | null
  /** The machine's name, where the text says it. */
  hostName: string
  /** It has license lines: the reader of license files says more of it. */
  isLicenseFile: boolean
}

const MOST = 200

/**
 * The host IDs in what somebody pasted: output of lmhostid, ipconfig (English, French, German), getmac, ip, ifconfig
 * (Linux, macOS), vol and hostid, or any text. Each with what speaks against it, the likely one first. Never throws;
 * takes time in proportion to the text.
 */
export function readOutput(text: string): Clinic {
  const reader = new OutputReader()
  for (const [index, row] of text.split(/\r\n|\n|\r/).entries()) reader.readRow(row, index + 1)
  const ranked = rank(reader.sightings)
  return {
    findings: ranked.slice(0, MOST).map(({ finding }) => finding),
    more: Math.max(0, ranked.length - MOST),
    reason: reasonOf(ranked),
    hostName: reader.hostName,
    isLicenseFile: reader.isLicenseFile,
  }
}

const VOLUME =
  /(?:serial number is|num.ro de s.rie du volume est|volumeseriennummer(?: ist)?\s*:?)\s*([0-9a-f]{4}-[0-9a-f]{4})\b/i

class OutputReader {
  readonly sightings: Sighting[] = []
  hostName = ''
  isLicenseFile = false
  #block: Block | undefined
  #columns: Columns | undefined
  /** Rows that lmhostid's quotes may still go on. */
  #said = 0

  readRow(row: string, line: number): void {
    if (this.#readSaid(row, line)) return
    if (/^\s*(?:FEATURE|INCREMENT|PACKAGE|UPGRADE)\s/.test(row)) {
      this.isLicenseFile = true
      const locked = /\bHOSTID="?([^\s"]{1,120})/.exec(row)
      if (locked) this.#add(sight(locked[1]!), line, 'text', noAdapter())
      return
    }
    const volume = VOLUME.exec(row.slice(0, 300))
    if (volume) this.#add(sight(`DISK_SERIAL_NUM=${volume[1]}`), line, 'vol', noAdapter())
    else if (/^\s*(?:0x)?[0-9a-f]{8}\s*$/i.test(row.slice(0, 40)) && row.length < 40)
      this.#add(sight(row.trim()), line, 'hostid', noAdapter())
    else this.#readAdapters(row, line)
  }

  #readSaid(row: string, line: number): boolean {
    const said = lmhostidIn(row) ?? (this.#said > 0 ? row : undefined)
    if (said === undefined) return false
    this.#add(sightSaid(said), line, 'lmhostid', noAdapter())
    this.#said = isOpen(said) && lmhostidIn(row) !== undefined ? 3 : this.#said - 1
    if (!isOpen(said)) this.#said = 0
    return true
  }

  #readAdapters(row: string, line: number): void {
    this.#columns = columnsOf(row) ?? this.#columns
    if (row.trim() === '' && this.#columns && this.sightings.length > 0) this.#columns = undefined
    const begins = beginsAdapter(row)
    if (begins) this.#block = begins
    const { hostName, begins: listed } = readField(row, this.#block)
    if (hostName) this.hostName ||= hostName
    if (listed) this.#block = listed
    if (/^\s+inet6? /.test(row.slice(0, 40)) && this.#block && !/\bfe80/i.test(row))
      this.#block.adapter.isUp = true
    // Another machine's, or what goes to all of them.
    if (/^\s*link\/loopback/.test(row)) return
    const ids = sightIds(row.replace(/\bbrd\s+\S+/g, ' '))
    if (ids.length > 0) this.#add(ids, line, ...this.#contextOf(row))
  }

  #contextOf(row: string): [Source, Adapter] {
    if (this.#columns) return ['getmac', adapterOfRow(row, this.#columns)]
    const listed = adapterOfCsv(row)
    if (listed) return ['getmac', listed]
    return this.#block ? [this.#block.source, this.#block.adapter] : ['text', noAdapter()]
  }

  #add(ids: Sight[], line: number, source: Source, adapter: Adapter): void {
    for (const one of ids) this.sightings.push({ ...one, line, source, adapter })
  }
}

type Ranked = { finding: Finding; score: number; at: number }

/** One finding an ID, wherever it stands: what one command says of the adapter goes for the others too. */
function rank(sightings: readonly Sighting[]): Ranked[] {
  const found = new Map<string, Ranked>()
  for (const [at, sighting] of sightings.entries()) {
    const { id, text, line, source, adapter } = sighting
    const key = id ? `${id.kind} ${id.value}` : text.toLowerCase()
    const ranked = found.get(key) ?? {
      finding: { id, text, line, sources: [], adapter: '', description: '', traits: [] },
      ...{ score: 0, at },
    }
    found.set(key, ranked)
    const { finding } = ranked
    if (!finding.sources.includes(source)) finding.sources.push(source)
    finding.adapter ||= adapter.name.slice(0, 200)
    finding.description ||= adapter.description.slice(0, 200)
    finding.traits = inOrder([...finding.traits, ...traitsOf(sighting)])
    const best = scoreOf(sighting, finding.traits)
    ranked.score = finding.sources.length > 1 ? Math.max(ranked.score, best) : best
  }
  return [...found.values()].sort((a, b) => b.score - a.score || a.at - b.at)
}

function reasonOf(ranked: readonly Ranked[]): Reason | null {
  const usable = ranked.filter(({ finding }) => canBeOfMachine(finding))
  const first = usable[0]?.finding
  if (!first) return null
  if (usable.length === 1) return 'only'
  if (first.sources.includes('lmhostid')) return 'lmhostid'
  return first.id!.kind === 'ethernet' && first.traits.length === 0 && first.adapter !== ''
    ? 'wired'
    : 'least'
}
