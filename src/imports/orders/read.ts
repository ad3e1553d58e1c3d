import { type Cells, maxQuantity } from '../cells.ts'
import type { StagedRow } from '../stage.ts'

export const orderColumns = `sales_order_number text, order_line integer, customer_number text, order_date date,
  part_number text, quantity integer, term text, starts_on date, ends_on date, contract_number text,
  maintenance_starts_on date, maintenance_ends_on date, release text, renews_order text, renews_line integer,
  id uuid, new_order_id uuid, new_contract_id uuid, version_id uuid, term_id uuid, customer_id uuid,
  product_id uuid, order_id uuid, entitlement_id uuid, contract_id uuid, is_known boolean not null,
  term_differs boolean, pack_differs boolean`

/** One row of orders.csv. The new IDs are used where entitlement, order, contract or term are new. */
export function readOrder(cells: Cells, newId: () => string): StagedRow {
  const order = cells.number('sales_order_number')
  const line = cells.whole('line', 1_000_000)
  return {
    key: `${cells.raw('sales_order_number')} / ${cells.raw('line')}`,
    same: order && line !== null ? `${order} ${line}` : null,
    sales_order_number: order,
    order_line: line,
    customer_number: cells.number('customer_number'),
    order_date: cells.day('order_date', true),
    part_number: cells.partNumber('part_number'),
    quantity: cells.whole('quantity', maxQuantity),
    ...readTerm(cells),
    ...readContract(cells),
    release: cells.text('release', { max: 50 }),
    ...readRenewal(cells),
    id: newId(),
    new_order_id: newId(),
    new_contract_id: newId(),
    version_id: newId(),
    term_id: newId(),
    is_known: false,
  }
}

function readTerm(cells: Cells) {
  const term = cells.choice('term', ['perpetual', 'subscription'])
  const starts_on = cells.day('starts_on', true)
  const ends_on = cells.day('ends_on')
  if (term === 'perpetual' && cells.raw('ends_on')) cells.refuse('imports.perpetualEnds')
  if (term === 'subscription' && !cells.raw('ends_on')) cells.refuse('imports.subscriptionEnds')
  if (starts_on && ends_on && ends_on < starts_on) {
    cells.refuse('imports.span', { from: 'starts_on', to: 'ends_on' })
  }
  return { term, starts_on, ends_on }
}

function readContract(cells: Cells) {
  const contract_number = cells.number('service_contract_number', false)
  const maintenance_starts_on = cells.day('maintenance_starts_on')
  const maintenance_ends_on = cells.day('maintenance_ends_on')
  if (!cells.raw('service_contract_number') && (maintenance_starts_on || maintenance_ends_on)) {
    cells.refuse('imports.maintenanceWithout')
  }
  if (maintenance_starts_on && maintenance_ends_on && maintenance_ends_on < maintenance_starts_on) {
    cells.refuse('imports.span', { from: 'maintenance_starts_on', to: 'maintenance_ends_on' })
  }
  return { contract_number, maintenance_starts_on, maintenance_ends_on }
}

function readRenewal(cells: Cells) {
  const renews_order = cells.number('renews_order', false)
  const renews_line = cells.whole('renews_line', 1_000_000, false)
  if (!cells.raw('renews_order') !== !cells.raw('renews_line')) cells.refuse('imports.renewsHalf')
  return { renews_order: renews_order ?? '', renews_line }
}
