import { privilegeList } from '../../privileges/list.ts'
import { type Cells, clip } from '../cells.ts'
import type { StagedRow } from '../stage.ts'

export const contactColumns = `customer_number text, email text, name text, phone text, is_primary boolean,
  privileges text[], id uuid, customer_id uuid, person_id uuid, is_new boolean, leads boolean,
  is_known boolean`

export function readContact(cells: Cells, newId: () => string): StagedRow {
  const number = cells.number('customer_number')
  const email = readEmail(cells)
  const privileges = readPrivileges(cells)
  return {
    key: `${cells.raw('customer_number')} ${cells.raw('email')}`,
    same: number && email && `${number} ${email}`,
    customer_number: number,
    email,
    name: cells.text('name'),
    phone: cells.text('phone', { max: 50 }),
    is_primary: cells.choice('primary', ['yes', 'no'], 'no') === 'yes',
    privileges,
    id: newId(),
  }
}

/** In lower case. */
function readEmail(cells: Cells): string | null {
  const value = cells.raw('email').toLowerCase()
  if (!value) return cells.refuse('imports.empty', { column: 'email' })
  const looksRight = /^[^\s@<>,;"]{1,64}@[^\s@<>,;"]+\.[^\s@<>,;".]{2,}$/.test(value) && value.length <= 254
  return looksRight ? value : cells.refuse('imports.email', { value: clip(value) })
}

function readPrivileges(cells: Cells): string[] {
  const asked = cells.list('privileges').map((name) => name.toLowerCase())
  for (const name of asked) {
    if (!(privilegeList as readonly string[]).includes(name)) {
      cells.refuse('imports.privilege', { value: clip(name), values: privilegeList.join(', ') })
    }
  }
  return [...new Set(asked)]
}
