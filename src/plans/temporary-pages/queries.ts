import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { NotFound } from '../../errors.ts'
import { isId } from '../../ids.ts'
import type { LicenseType } from '../../licenses/queries.ts'
import { containing, isCalled } from '../../sql.ts'
import { decodeCursor, pageOf } from '../../web/paging.ts'

/** A product the company has entitlements of, as one chooses it for a temporary license. */
export type Lent = {
  productId: string
  productName: string
  partNumber: string
  licenseType: LicenseType
  baseProductId: string | null
  baseName: string | null
}

/** A page of the company's products by name; `text` is part of a name or a part number. */
export async function listLent(
  tx: Db,
  customerId: string,
  { text, after }: { text: string; after?: string | undefined },
) {
  const [name, id] = decodeCursor(after, 2) ?? []
  const like = containing(text)
  const rows = await tx.execute<Lent>(sql`
    ${ofCompany(customerId)}
      ${text === '' ? sql`` : sql`and (${isCalled(sql`p.name`, text)} or p.part_number ilike ${like})`}
      ${isId(id) ? sql`and (p.name, p.id) > (${String(name)}, ${id}::uuid)` : sql``}
    order by p.name, p.id
    limit 51`)
  return pageOf<Lent>([...rows], ({ productName, productId }) => [productName, productId])
}

/** Throws NotFound where the company never had it. */
export async function findLent(tx: Db, customerId: string, productId: string): Promise<Lent> {
  const [row] = await tx.execute<Lent>(sql`
    ${ofCompany(customerId)} and s.product_id = ${productId}::uuid`)
  if (!row) throw new NotFound()
  return row
}

function ofCompany(customerId: string): SQL {
  return sql`
    select p.id as "productId", p.name as "productName", p.part_number as "partNumber",
      p.license_type as "licenseType", b.id as "baseProductId", b.name as "baseName"
    from license_sums s
    join products p on p.id = s.product_id
    left join products b on b.id = p.extends_product_id
    where s.customer_id = ${customerId}`
}

/** How much of a product a draft lends, and to which host; 0 where it does not. */
export async function lentSoFar(
  tx: Db,
  { customerId, planId, productId, hostId }: Record<'customerId' | 'planId' | 'productId' | 'hostId', string>,
): Promise<number> {
  const [line] = await tx.execute<{ quantity: number }>(sql`
    select l.quantity from temporary_licenses t
    join plan_lines l on l.customer_id = t.customer_id and l.plan_id = t.plan_id
      and l.entitlement_id = t.entitlement_id and l.to_host_id = ${hostId}::uuid
    where t.customer_id = ${customerId} and t.plan_id = ${planId} and t.product_id = ${productId}::uuid`)
  return line?.quantity ?? 0
}
