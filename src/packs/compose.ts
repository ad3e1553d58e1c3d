import { flexnetHostId } from '../hosts/host-id.ts'
import { flexnetDate, quoted, word, writeLine } from './formats/flexnet.ts'
import { packHeader } from './header.ts'
import type { PackInput, PackLine } from './pack-input.ts'

export type { PackInput, PackLine } from './pack-input.ts'

/** The parts of a pack in the order of the file; license lines as arrays of words. */
export type PackParts = {
  header: string[]
  /** uncounted lines: before USE_SERVER, after which an application reads no further */
  locked: string[][]
  /** SERVER, VENDOR and USE_SERVER lines; none where nothing is counted */
  server: string[][]
  counted: string[][]
}

/**
 * The unsigned text of a pack: one file with every license on the host. The same input gives the same text.
 * Throws where the input breaks a rule of the domain: node-locked on a triad, a quantity below one.
 */
export function composePack(input: PackInput): string {
  return writePack(packParts(input))
}

/** The parts of a pack, for the preview and for a cutter. */
export function packParts(input: PackInput): PackParts {
  const lines = input.lines.toSorted(byProduct)
  const locked = lines.filter(({ licenseType }) => licenseType === 'node-locked')
  const counted = lines.filter(({ licenseType }) => licenseType !== 'node-locked')
  check(input, locked)
  return {
    header: packHeader({ ...input, lines }),
    locked: locked.flatMap((line) => increments(input, line)),
    server: counted.length === 0 ? [] : serverLines(input, counted),
    counted: counted.flatMap((line) => increments(input, line)),
  }
}

/** Host IDs of the pack as its lines spell them, in the order of the members. */
export function packHostIds({ host }: PackInput): string[] {
  return host.members.map(({ idKind, idValue }) => word(flexnetHostId(idKind, idValue)))
}

/** The file: header, license lines, closing comments; LF, one at the end. */
export function writePack({ header, locked, server, counted }: PackParts, closing: string[] = []): string {
  const blocks = [header, locked.map(writeLine), server.map(writeLine), counted.map(writeLine), closing]
  const texts = blocks.filter((block) => block.length > 0).map((block) => `${block.join('\n')}\n`)
  return texts.join('\n')
}

function serverLines(input: PackInput, counted: readonly PackLine[]): string[][] {
  const daemons = [...new Set(counted.map(({ daemon }) => word(daemon)))].sort()
  const first = counted.toSorted((a, b) => compare(a.daemon, b.daemon))[0]!
  const port = String(input.host.port ?? first.port)
  const ids = packHostIds(input)
  return [
    ...input.host.members.map(({ serverName }, index) => [
      'SERVER',
      word(serverName || 'this_host'),
      ids[index]!,
      port,
    ]),
    ...daemons.map((daemon) => ['VENDOR', daemon]),
    ['USE_SERVER'],
  ]
}

/** One INCREMENT for each feature, with the feature's own version. */
function increments(input: PackInput, line: PackLine): string[][] {
  const locked = line.licenseType === 'node-locked'
  return line.features.map(({ name, version }) => [
    'INCREMENT',
    word(name),
    word(line.daemon),
    word(version),
    flexnetDate(line.endsOn),
    locked ? 'uncounted' : String(line.quantity),
    quoted('VENDOR_STRING', vendorString(line)),
    ...(locked ? [`HOSTID=${packHostIds(input)[0]}`] : []),
    ...(line.startsOn > input.date ? [`START=${flexnetDate(line.startsOn)}`] : []),
    `ISSUED=${flexnetDate(input.date)}`,
    'SUPERSEDE',
    `SN=${word(line.orderNumber)}-${word(line.orderLine)}`,
    quoted('NOTICE', input.customer.number),
  ])
}

/**
 * Part number, and for an extended license its base. Nothing of the order or the configuration: a daemon may
 * count by VENDOR_STRING, and licenses of one product must stay one pool.
 */
function vendorString({ partNumber, licenseType, extendsPartNumber }: PackLine): string {
  if (licenseType !== 'extended') return partNumber
  return [partNumber, 'EXTENDED', ...(extendsPartNumber ? [`BASE=${extendsPartNumber}`] : [])].join(';')
}

function check({ host, lines }: PackInput, locked: readonly PackLine[]) {
  if (host.members.length !== (host.kind === 'triad' ? 3 : 1))
    throw new Error(`host ${host.id}: wrong number of host IDs`)
  if (host.kind === 'triad' && locked.length > 0)
    throw new Error(`host ${host.id}: node-locked license on a triad`)
  const wrong = lines.find(({ quantity }) => !Number.isSafeInteger(quantity) || quantity < 1)
  if (wrong)
    throw new Error(`order ${wrong.orderNumber}-${wrong.orderLine}: quantity ${wrong.quantity} in a pack`)
}

function byProduct(a: PackLine, b: PackLine): number {
  return (
    compare(a.partNumber, b.partNumber) ||
    compare(a.orderNumber, b.orderNumber) ||
    Number(a.orderLine) - Number(b.orderLine) ||
    compare(a.startsOn, b.startsOn) ||
    compare(String(a.configurationId), String(b.configurationId))
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
