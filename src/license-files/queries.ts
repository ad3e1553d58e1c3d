import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import type { LicenseType } from '../licenses/queries.ts'
import { jsonRows } from '../sql.ts'

/** A feature that a product grants, with what the company owns of that product. */
export type OwnFeature = {
  name: string
  version: string
  daemon: string
  partNumber: string
  product: string
  licenseType: LicenseType
  owned: number
  placed: number
}

/** Features of these names, in any letters, that the publisher's products grant; and what the company owns of them. */
export async function listOwnFeatures(
  tx: Db,
  customerId: string,
  names: readonly string[],
): Promise<OwnFeature[]> {
  const rows = [...new Set(names.map((name) => name.toLowerCase()))].map((name) => ({ name }))
  if (rows.length === 0) return []
  return tx.execute<OwnFeature>(sql`
    select f.name, f.version, d.daemon, p.part_number as "partNumber", p.name as product,
      p.license_type as "licenseType", coalesce(s.owned, 0) as owned, coalesce(s.placed, 0) as placed
    from jsonb_to_recordset(${jsonRows(rows)}) as w (name text)
    join product_features f on lower(f.name) = w.name
    join products p on p.id = f.product_id
    join families d on d.id = p.family_id
    left join license_sums s on s.customer_id = ${customerId} and s.product_id = p.id
    order by owned desc, p.name, p.id`)
}

/** License daemons of the publisher's product families, in small letters. */
export async function listDaemons(tx: Db): Promise<Set<string>> {
  const rows = await tx.execute<{ daemon: string }>(
    sql`select distinct lower(daemon) as daemon from families`,
  )
  return new Set(rows.map(({ daemon }) => daemon))
}
