import type { Cells } from '../cells.ts'
import { clip } from '../cells.ts'
import type { StagedRow } from '../stage.ts'

const licenseTypes = ['node-locked', 'floating', 'extended'] as const

export const productColumns = `part_number text, name text, family text, daemon text, port integer, license_type text,
  extends text, features jsonb, id uuid, family_id uuid, product_id uuid`

/** One row of products.csv; `id` and `family_id` are used where product or family are new. */
export function readProduct(cells: Cells, newId: () => string): StagedRow {
  const partNumber = cells.partNumber('part_number')
  const licenseType = cells.choice('license_type', licenseTypes)
  const base = cells.partNumber('extends', false)
  if (licenseType === 'extended' && !base && !cells.raw('extends')) cells.refuse('imports.extendsMissing')
  if (licenseType && licenseType !== 'extended' && base)
    cells.refuse('imports.extendsWithout', { licenseType })
  if (base && base === partNumber) cells.refuse('imports.extendsCircle', { partNumber })
  return {
    key: cells.raw('part_number'),
    same: partNumber,
    part_number: partNumber,
    name: cells.text('name', { required: true }),
    family: cells.text('family', { max: 100, required: true }),
    daemon: readDaemon(cells),
    port: cells.whole('port', 65535),
    license_type: licenseType,
    extends: base,
    features: readFeatures(cells),
    id: newId(),
    family_id: newId(),
  }
}

function readDaemon(cells: Cells): string | null {
  const value = cells.raw('daemon')
  if (!value) return cells.refuse('imports.empty', { column: 'daemon' })
  return /^[A-Za-z0-9_-]{1,30}$/.test(value) ? value : cells.refuse('imports.daemon', { value: clip(value) })
}

function readFeatures(cells: Cells): { name: string; version: string }[] | null {
  const parts = cells.list('features')
  if (parts.length === 0) return cells.refuse('imports.empty', { column: 'features' })
  const features = parts.map((part) => {
    const [, name = '', version = ''] =
      /^([A-Za-z0-9_-]{1,30})\s*:\s*(\d{1,8}(?:\.\d{1,8})?)$/.exec(part) ?? []
    if (!name) cells.refuse('imports.feature', { value: clip(part) })
    return { name, version }
  })
  // In license files upper and lower case of a feature's name are the same.
  const names = features.map(({ name }) => name.toUpperCase())
  const twice = names.find((name, i) => name && names.indexOf(name) < i)
  if (twice) cells.refuse('imports.featureTwice', { name: twice })
  return features
}
