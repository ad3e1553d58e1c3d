import type { FastifyRequest } from 'fastify'
import { untilInWords, untilOfEntitlement } from '../licenses/until.ts'
import { columns, shownValue } from './columns.ts'
import type { ReportLine } from './lines.ts'
import { type Maintenance, maintenanceOf } from './maintenance.ts'

const tags: Record<Maintenance, string> = { active: 'ok', ended: 'bad', 'to-begin': 'wait', none: '' }

/** A line for paper: the columns that do not fit beside one another stand under one another, none is left out. */
export function printedLine(line: ReportLine, { customer, t, format }: FastifyRequest, today: string) {
  const shown: Record<string, string> = {}
  for (const column of columns)
    shown[column.name] = shownValue(column, column.value(line, customer, today), t, format)
  const labelled = (name: string) => (shown[name] ? t(`reports.print.${name}`, { value: shown[name] }) : '')
  const maintenance = maintenanceOf(line, today)
  return {
    shown,
    product: [labelled('features'), labelled('release'), shown['product_family']].filter(Boolean),
    order: [
      [labelled('sales_order'), shown['order_date']].filter(Boolean).join(', '),
      between(shown['maintenance_start'], shown['maintenance_end']),
    ].filter(Boolean),
    host: [
      labelled('configuration_id'),
      `${shown['daemon']} ${shown['port']}`,
      labelled('pack_issue'),
      labelled('last_request'),
    ].filter(Boolean),
    site: [shown['installation_address'], shown['country'], shown['contact']].filter(Boolean),
    until: untilInWords(untilOfEntitlement({ ...line, placed: line.all_placed }, today), t, format),
    maintenance: { kind: tags[maintenance], text: shown['maintenance_status'] },
  }
}

function between(start = '', end = ''): string {
  return start || end ? `${start} – ${end}` : ''
}
