import { formatHostId } from '../hosts/host-id.ts'
import type { Format } from '../web/format.ts'
import type { Translate } from '../web/i18n.ts'
import type { ReportLine } from './lines.ts'
import { maintenanceOf } from './maintenance.ts'

/** What a value is, which says how it is shown: numbers to the right, days in the reader's way, codes as words. */
type Kind = 'text' | 'number' | 'day' | 'end' | 'word' | 'country' | 'request'

export type Whose = { number: string; name: string }
export type Value = string | number | null

export type Column = {
  /** Head of the machine's file; the words of the screen are `reports.column.<name>`. */
  name: string
  kind: Kind
  /** As it is stored: days 'YYYY-MM-DD', codes, null for nothing. */
  value(line: ReportLine, customer: Whose, day: string): Value
}

/** All columns of the report, in the order of domain.md section 8. */
export const columns: readonly Column[] = [
  text('customer_number', (_, customer) => customer.number),
  text('customer', (_, customer) => customer.name),
  text('sales_order', (line) => line.sales_order_number),
  column('order_date', 'day', (line) => line.order_date),
  text('service_contract', (line) => line.contract_number),
  column('maintenance_start', 'day', (line) => line.maintenance_starts_on),
  column('maintenance_end', 'day', (line) => line.maintenance_ends_on),
  column('maintenance_status', 'word', (line, _, day) => maintenanceOf(line, day)),
  text('configuration_id', (line) => line.configuration_number),
  text('product_family', (line) => line.family),
  text('product', (line) => line.product),
  text('part_number', (line) => line.part_number),
  text('features', (line) => line.features),
  text('release', (line) => line.release),
  column('license_type', 'word', (line) => line.license_type),
  column('server_type', 'word', (line) => serverTypeOf(line)),
  column('license_start', 'day', (line) => line.starts_on),
  column('license_end', 'end', (line) => line.ends_on ?? (line.starts_on ? 'perpetual' : null)),
  column('owned', 'number', (line) => line.owned),
  column('placed', 'number', (line) => line.placed),
  column('available', 'number', (line) => line.available),
  text('host', (line) => line.host),
  text('host_ids', (line) => hostIdsOf(line)),
  text('daemon', (line) => line.daemon),
  column('port', 'number', (line) => line.port),
  text('installation_address', (line) => addressOf(line)),
  text('city', (line) => line.city),
  column('country', 'country', (line) => line.country),
  text('contact', (line) => line.contact),
  column('pack_issue', 'number', (line) => line.pack_issue || null),
  column('last_request', 'request', (line) => line.request_number),
]

/** A value in the reader's words, for screen and print. */
export function shownValue({ name, kind }: Column, value: Value, t: Translate, format: Format): string {
  if (value === null || value === '') return ''
  switch (kind) {
    case 'day':
      return format.shortDate(String(value))
    case 'end':
      return value === 'perpetual' ? t('reports.value.perpetual') : format.shortDate(String(value))
    case 'word':
      return wordOf(name, value, t)
    case 'country':
      return format.country(String(value))
    case 'request':
      return format.requestNumber(Number(value))
    default:
      return name === 'port' || kind === 'text' ? String(value) : format.number(Number(value))
  }
}

/** A code as a word: `reports.value.<column>.<code>`. */
export function wordOf(name: string, value: Value, t: Translate): string {
  return t(`reports.value.${name}.${value}`)
}

// Node-locked licenses need no license server.
function serverTypeOf(line: ReportLine): string | null {
  return line.license_type === 'node-locked' ? null : line.host_kind
}

function hostIdsOf({ host_ids }: ReportLine): string {
  return (host_ids ?? []).map(({ kind, value }) => formatHostId(kind, value)).join(' ')
}

function addressOf({ address_line1, postal_code }: ReportLine): string {
  return [address_line1, postal_code].filter(Boolean).join(', ')
}

function text(name: string, value: Column['value']): Column {
  return column(name, 'text', value)
}

function column(name: string, kind: Kind, value: Column['value']): Column {
  return { name, kind, value }
}
