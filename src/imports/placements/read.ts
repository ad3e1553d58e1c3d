import { type Cells, maxQuantity } from '../cells.ts'
import type { StagedRow } from '../stage.ts'

export const placementColumns = `customer_number text, host_name text, sales_order_number text, order_line integer,
  quantity integer, configuration_number text, id uuid, configuration_id uuid, customer_id uuid, host_id uuid,
  entitlement_id uuid, product_id uuid, family_id uuid, is_maintained boolean, placed integer,
  placed_as uuid`

export function readPlacement(cells: Cells, newId: () => string): StagedRow {
  const number = cells.number('customer_number')
  const label = cells.text('host_name', { max: 100, required: true })
  const order = cells.number('sales_order_number')
  const line = cells.whole('line', 1_000_000)
  const columns = ['customer_number', 'host_name', 'sales_order_number', 'line']
  return {
    key: columns.map((column) => cells.raw(column)).join(' '),
    same:
      number && label && order && line !== null ? `${number} ${label.toLowerCase()} ${order} ${line}` : null,
    customer_number: number,
    host_name: label,
    sales_order_number: order,
    order_line: line,
    quantity: cells.whole('quantity', maxQuantity),
    configuration_number: cells.number('configuration_id', false),
    id: newId(),
    configuration_id: newId(),
  }
}
