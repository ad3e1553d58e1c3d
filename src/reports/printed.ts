import type { FastifyRequest } from 'fastify'
import { untilInWords, untilOfEntitlement } from '../licenses/until.ts'
import { columns, shownValue, type Whose } from './columns.ts'
import type { ReportLine } from './lines.ts'
import { type Maintenance, maintenanceOf } from './maintenance.ts'

const tags: Record<Maintenance, string> = { active: 'ok', ended: 'bad', 'to-begin': 'wait', none: '' }

/** A line for paper: what does not fit beside the rest stands in a sentence below it; no column is left out. */
export function printedLine(
  line: ReportLine,
  { whose, day }: { whose: Whose; day: string },
  { t, format }: FastifyRequest,
) {
  const shown: Record<string, string> = {}
  for (const column of columns) {
    shown[column.name] = shownValue(column, column.value(line, whose, day), t, format)
  }
  const labelled = (name: string) => shown[name] && t(`reports.print.${name}`, { value: shown[name] })
  const [start, end] = [shown['maintenance_start'], shown['maintenance_end']]
  const rest = [
    shown['product_family'],
    shown['features'],
    labelled('release'),
    labelled('order_date'),
    (start || end) && t('reports.print.span', { start, end }),
    shown['license_start'] && t('reports.print.since', { date: shown['license_start'] }),
    labelled('configuration_id'),
    `${shown['daemon']} ${shown['port']}`,
    labelled('pack_issue'),
    shown['installation_address'],
    shown['contact'],
    labelled('last_request'),
  ]
  const maintenance = maintenanceOf(line, day)
  return {
    shown,
    rest: rest.filter(Boolean).join(' · '),
    until: untilInWords(untilOfEntitlement({ ...line, placed: line.all_placed }, day), t, format),
    maintenance: { kind: tags[maintenance], text: shown['maintenance_status'] },
  }
}
