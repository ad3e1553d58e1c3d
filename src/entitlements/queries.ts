import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import type { LicenseType } from '../licenses/queries.ts'
import { containing } from '../sql.ts'
import { decodeCursor, pageOf } from '../web/paging.ts'

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

/** A page of a company's entitlements by product, those of which something is left unless all are asked for. */
export async function listChoices(tx: Db, customerId: string, filter: ChoiceFilter, today: string) {
  const rows = await tx.execute<Choice>(sql`
    select ${columns(today)} ${tables}
    where e.customer_id = ${customerId} ${conditions(filter)}
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
    select ${columns(today)} ${tables} where e.customer_id = ${customerId} and e.id = ${entitlementId}`)
  if (!row) throw new NotFound()
  return row
}

const columns = (today: string) => sql`
  e.id, p.id as "productId", p.name as "productName", p.part_number as "partNumber",
  p.license_type as "licenseType", b.id as "baseProductId", b.name as "baseName", f.name as "familyName",
  c.contract_number as "contractNumber", o.sales_order_number as "orderNumber", e.kind, e.entitled, e.owned, e.placed,
  e.starts_on as "startsOn", e.ends_on as "endsOn",
  case when e.entitled = 0 then (
    select min(n.starts_on) from terms n
    where n.customer_id = e.customer_id and n.entitlement_id = e.id and n.starts_on > ${today}::date
  ) end as "nextStartsOn"`

const tables = sql`
  from entitlements e
  join products p on p.id = e.product_id
  join families f on f.id = p.family_id
  left join products b on b.id = p.extends_product_id
  left join contracts c on c.customer_id = e.customer_id and c.id = e.contract_id
  left join terms t on t.customer_id = e.customer_id and t.id = e.term_id
  left join orders o on o.customer_id = t.customer_id and o.id = t.order_id`

function conditions({ text, family, all, after }: ChoiceFilter): SQL {
  const like = containing(text)
  const key = keyOf(after)
  return sql.join(
    [
      all ? sql`` : sql`and e.entitled > e.placed`,
      family === '' ? sql`` : sql`and f.name = ${family}`,
      text === ''
        ? sql``
        : sql`and (p.name ilike ${like} or p.part_number ilike ${like} or c.contract_number ilike ${like}
          or o.sales_order_number ilike ${like})`,
      key ? sql`and (p.name, p.id, e.id) > (${key.name}, ${key.productId}::uuid, ${key.id}::uuid)` : sql``,
    ],
    sql` `,
  )
}

function keyOf(after: string | undefined) {
  const [name, productId, id] = decodeCursor(after, 3) ?? []
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
  return uuid.test(String(productId)) && uuid.test(String(id))
    ? { name: String(name), productId, id }
    : undefined
}
