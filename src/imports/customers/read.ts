import { type Cells, clip } from '../cells.ts'
import { countries } from '../countries.ts'
import type { StagedRow } from '../stage.ts'

export const customerColumns = `customer_number text, name text, address_line1 text, address_line2 text,
  postal_code text, city text, region text, country text, language text, email_domains text[], id uuid,
  version_id uuid, customer_id uuid`

export function readCustomer(cells: Cells, newId: () => string): StagedRow {
  const number = cells.number('customer_number')
  return {
    key: cells.raw('customer_number'),
    same: number,
    customer_number: number,
    name: cells.text('name', { required: true }),
    address_line1: cells.text('address_line1'),
    address_line2: cells.text('address_line2'),
    postal_code: cells.text('postal_code', { max: 20 }),
    city: cells.text('city', { max: 100 }),
    region: cells.text('region', { max: 100 }),
    country: readCountry(cells),
    language: readLanguage(cells),
    email_domains: readDomains(cells),
    id: newId(),
    version_id: newId(),
  }
}

/** Empty, or a code of ISO 3166-1 alpha-2 in upper case. */
export function readCountry(cells: Cells): string | null {
  const value = cells.raw('country').toUpperCase()
  return !value || countries.has(value) ? value : cells.refuse('imports.country', { value: clip(value) })
}

function readLanguage(cells: Cells): string | null {
  const value = cells.raw('language') || 'en'
  if (!/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(value)) {
    return cells.refuse('imports.language', { value: clip(value) })
  }
  return value.toLowerCase()
}

function readDomains(cells: Cells): string[] {
  const domains = cells.list('email_domains').map((domain) => domain.toLowerCase().replace(/^@/, ''))
  for (const domain of domains) {
    if (!/^([\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,}$/u.test(domain)) {
      cells.refuse('imports.domain', { value: clip(domain) })
    }
  }
  return [...new Set(domains)]
}
