import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import type { LicenseType } from '../licenses/queries.ts'
import { containing, isCalled } from '../sql.ts'
import { decodeCursor, pageOf } from '../web/paging.ts'
import { boughtUnder } from './bought.ts'
import { nextTerm } from './next-term.ts'

/** An entitlement as one chooses it to place: what it is, what is left and for how long. */
export type Choice = {
  id: string
  productId: string
  productName: string
  partNumber: string
  licenseType: LicenseType
  baseProductId: string | null
  baseName: string | null
  familyName: string
  contractNumber: string | null
  orderNumber: string | null
  kind: 'sold' | 'temporary'
  entitled: number
  owned: number
  placed: number
  startsOn: string | null
  endsOn: string | null
  nextStartsOn: string | null
}

export type ChoiceFilter = {
  /** Part of a product's name, of a part, contract or order number; '' for any. */
  text: string
  /** A family's name; '' for all. */
  family: string
  /** Also what cannot be placed now. */
  all: boolean
  /** Where the page before ended. */
  after?: string | undefined
}

/**
 * A page of a company's entitlements by product, those of which something is left unless all are asked for. Goes from
 * product to product, so that a page costs the same however many entitlements there are.
 */
export async function listChoices(tx: Db, customerId: string, filter: ChoiceFilter, today: string) {
  const key = keyOf(filter.after)
  const rows = await tx.execute<Choice>(sql`
    select ${choiceColumns(today)}
    from license_sums s
    join products p on p.id = s.product_id
    join families f on f.id = p.family_id
    left join products b on b.id = p.extends_product_id
    cross join lateral (
      select * from entitlements e
      where e.customer_id = ${customerId} and e.product_id = s.product_id ${conditions(customerId, filter)}
        ${key ? sql`and (p.name, p.id, e.id) > (${key.name}, ${key.productId}::uuid, ${key.id}::uuid)` : sql``}
      order by e.id
      limit 51
    ) e
    ${choiceDetails}
    where s.customer_id = ${customerId}
      ${filter.family === '' ? sql`` : sql`and f.name = ${filter.family}`}
      ${key ? sql`and (p.name, p.id) >= (${key.name}, ${key.productId}::uuid)` : sql``}
    order by p.name, p.id, e.id
    limit 51`)
  return pageOf<Choice>([...rows], ({ productName, productId, id }) => [productName, productId, id])
}

/** Throws NotFound. */
export async function findChoice(
  tx: Db,
  customerId: string,
  entitlementId: string,
  today: string,
): Promise<Choice> {
  const [row] = await tx.execute<Choice>(sql`
    select ${choiceColumns(today)}
    from entitlements e
    join products p on p.id = e.product_id
    join families f on f.id = p.family_id
    left join products b on b.id = p.extends_product_id
    ${choiceDetails}
    where e.customer_id = ${customerId} and e.id = ${entitlementId}`)
  if (!row) throw new NotFound()
  return row
}

/** The fields of a Choice, of entitlement `e`, product `p`, family `f`, base `b` and choiceDetails. */
export const choiceColumns = (today: string) => sql`
  e.id, p.id as "productId", p.name as "productName", p.part_number as "partNumber",
  p.license_type as "licenseType", b.id as "baseProductId", b.name as "baseName", f.name as "familyName",
  c.contract_number as "contractNumber", o.sales_order_number as "orderNumber", e.kind, e.entitled, e.owned, e.placed,
  e.starts_on as "startsOn", e.ends_on as "endsOn", ${nextTerm(today)} as "nextStartsOn"`

/** Contract `c`, term in force `t` and order `o` of entitlement `e`. */
export const choiceDetails = sql`
  left join contracts c on c.customer_id = e.customer_id and c.id = e.contract_id
  left join terms t on t.customer_id = e.customer_id and t.id = e.term_id
  left join orders o on o.customer_id = t.customer_id and o.id = t.order_id`

function conditions(customerId: string, { text, all }: ChoiceFilter): SQL {
  const like = containing(text)
  // A temporary license is of its host: one that is in a draft, or over, is nothing to choose.
  const left = all
    ? sql`and (e.kind = 'sold' or e.placed > 0)`
    : sql`and e.entitled > e.placed and e.kind = 'sold'`
  if (text === '') return left
  return sql`${left} and (${isCalled(sql`p.name`, text)} or p.part_number ilike ${like}
    or e.id in (${boughtUnder(customerId, text)}))`
}

function keyOf(after: string | undefined) {
  const [name, productId, id] = decodeCursor(after, 3) ?? []
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
  return uuid.test(String(productId)) && uuid.test(String(id))
    ? { name: String(name), productId, id }
    : undefined
}
