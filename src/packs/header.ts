import { flexnetHostId } from '../hosts/host-id.ts'
import { formatRequestNumber } from '../requests/number.ts'
import { comment, commentText } from './formats/flexnet.ts'
import type { PackInput, PackLine } from './pack-input.ts'

const HEADS = ['Contract', 'Configuration', 'Product', 'Release', 'Type', 'Quantity', 'Until']
const EMPTY = ['No licenses are on this host any more. Remove its old license file.']
const REPLACE = [
  'Replace the old license file of this host with this one. Do not add this file',
  'to the old one: licenses that were moved or returned would be there twice.',
  '',
]

/** The comment at the head of a pack: for whom, for which host, and what is in it. English. */
export function packHeader(input: PackInput): string[] {
  return [
    comment(`License pack, issued by ${input.publisher.name}`),
    comment(),
    ...facts(input).map(([name, value]) => comment(`${name.padEnd(14)}${value}`)),
    comment(),
    ...(input.lines.length === 0 ? EMPTY : [...REPLACE, ...contents(input.lines)]).map((text) =>
      comment(text),
    ),
  ]
}

function facts({ customer, host, issue, date, requestNumber }: PackInput): [string, string][] {
  return [
    ['Customer:', `${customer.number}  ${customer.name}`],
    ...customer.addressLines
      .filter((line) => line.trim() !== '')
      .map((line, index): [string, string] => [index === 0 ? 'Address:' : '', line]),
    ['Host:', `${host.label}${host.kind === 'triad' ? ' (three redundant servers)' : ''}`],
    ...host.members.map(({ idKind, idValue, serverName }, index): [string, string] => [
      index > 0 ? '' : host.members.length > 1 ? 'Host IDs:' : 'Host ID:',
      `${flexnetHostId(idKind, idValue)}${serverName ? `  ${serverName}` : ''}`,
    ]),
    ['Issue:', String(issue)],
    ['Date:', date],
    ['Request:', requestNumber === null ? 'none' : formatRequestNumber(requestNumber)],
  ]
}

function contents(lines: readonly PackLine[]): string[] {
  const rows = [HEADS, ...lines.map(row)].map((cells) => cells.map(commentText))
  const widths = HEADS.map((_, column) => Math.max(...rows.map((cells) => widthOf(cells[column]!))))
  const rule = widths.map((width) => '-'.repeat(width))
  return [rows[0]!, rule, ...rows.slice(1)].map((cells) =>
    cells.map((cell, column) => pad(cell, widths[column]!)).join('  '),
  )
}

function row(line: PackLine): string[] {
  return [
    line.contractNumber ?? '-',
    String(line.configurationId),
    `${line.productName} (${line.partNumber})`,
    line.release ?? '-',
    line.licenseType,
    String(line.quantity),
    line.endsOn ?? 'permanent',
  ]
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - widthOf(cell)))
}

/** Columns that a text takes in a fixed-width font: two for East Asian characters, none for combining ones. */
function widthOf(text: string): number {
  const visible = text.normalize('NFC').replace(/\p{M}|\p{Cf}/gu, '')
  const wide = visible.match(
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\uff01-\uff60]/gu,
  )
  return [...visible].length + (wide?.length ?? 0)
}
