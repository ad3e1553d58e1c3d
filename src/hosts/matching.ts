import { type SQL, sql } from 'drizzle-orm'
import { boughtUnder } from '../entitlements/bought.ts'
import { all } from '../licenses/filter.ts'
import { parseRequestNumber } from '../requests/number.ts'
import { containing, contains, isCalled } from '../sql.ts'
import { duplicated } from './duplicates.ts'
import type { HostFilter } from './filter.ts'
import { parseHostId } from './host-id.ts'

export type Matching = {
  customerId: string
  filter: HostFilter
  /** What sits where, with the columns of placements: the table, or what it was once. */
  placed: SQL
  /** Whether host `h` is out of service. */
  isRetired: SQL
}

/** The filter as a condition on hosts `h` with the label, street, postal code and city of `v`. */
export function matching({ customerId, filter, placed, isRetired }: Matching): SQL {
  const { text, product, show } = filter
  return all([
    sql`h.customer_id = ${customerId}`,
    sql`h.status <> 'planned'`,
    show === 'active' ? sql`not ${isRetired}` : undefined,
    show === 'retired' ? isRetired : undefined,
    show === 'duplicates' ? sql`h.id in (${duplicated(customerId)})` : undefined,
    text === '' ? undefined : mentions(customerId, text, placed),
    product === '' ? undefined : sql`h.id in (${holding(customerId, placed, ofPart(customerId, product))})`,
  ])
}

/** A host ID as typed, without what only separates its digits. */
export function idDigits(typed: string): string {
  return typed.replace(/^[A-Z_]+=/i, '').replace(/[\s:.-]/g, '')
}

// Each part is worked out once for the company and not for each host: 20,000 of them answer at once.
function mentions(customerId: string, typed: string, placed: SQL): SQL {
  const asked = parseRequestNumber(typed)
  const touched = 'number' in asked ? sql`or h.id in (${touchedBy(customerId, asked.number)})` : sql``
  return sql`(${isCalled(sql`v.label`, typed)} or ${isCalled(sql`v.city`, typed)}
    or ${isCalled(sql`v.address_line1`, typed)} or ${contains(sql`v.postal_code`, typed)}
    or h.id in (${calledSo(customerId, typed)}) ${touched}
    or h.id in (
      select c.host_id from configurations c
      where c.customer_id = ${customerId} and ${contains(sql`c.configuration_number`, typed)})
    or h.id in (
      select n.host_id from host_notes n where n.customer_id = ${customerId} and ${isCalled(sql`n.text`, typed)})
    or h.caretaker_id in (
      select a.person_id from associations a join people pe on pe.id = a.person_id
      where a.customer_id = ${customerId} and (${isCalled(sql`pe.name`, typed)} or ${contains(sql`pe.email`, typed)}))
    or h.id in (${holding(customerId, placed, bought(customerId, typed))}))`
}

/** IDs of the hosts of which a machine has such a server name, or a host ID spelt so or in part. */
export function calledSo(customerId: string, typed: string): SQL {
  const hasId = contains(sql`replace(replace(m.id_value, '-', ''), '.', '')`, idDigits(typed) || typed)
  const read = parseHostId(typed, { allowAny: true })
  const id = 'value' in read ? read.value : typed
  return sql`select m.host_id from host_members m
    where m.customer_id = ${customerId} and (${contains(sql`m.server_name`, typed)} or m.id_value = ${id} or ${hasId}
      or ${contains(sql`m.id_value`, typed)})`
}

/** IDs of the hosts of a request: those whose packs it made, and those that it moved licenses from or to. */
export function touchedBy(customerId: string, number: number): SQL {
  return sql`select t.host_id
    from requests q
    join lateral (
      select host_id from request_packs where customer_id = ${customerId} and request_id = q.id
      union select from_host_id from transfers where customer_id = ${customerId} and request_id = q.id
      union select to_host_id from transfers where customer_id = ${customerId} and request_id = q.id
    ) t on t.host_id is not null
    where q.customer_id = ${customerId} and q.number = ${number}`
}

/**
 * IDs of the hosts on which one of these entitlements sits. `is true` has the planner look each placement up in the
 * list of them, and not compare both one by one where it knows nothing of their number.
 */
export function holding(customerId: string, placed: SQL, entitlements: SQL): SQL {
  return sql`select pl.host_id from ${placed} pl
    where pl.customer_id = ${customerId} and pl.quantity > 0 and (pl.entitlement_id in (${entitlements})) is true`
}

function ofPart(customerId: string, partNumber: string): SQL {
  return sql`select e.id from products p join entitlements e on e.customer_id = ${customerId} and e.product_id = p.id
    where p.part_number = ${partNumber.toUpperCase()}`
}

/** IDs of the entitlements of such a product, feature, contract or order: each found along its own key. */
export function bought(customerId: string, typed: string): SQL {
  return sql`
    select e.id from products p join entitlements e on e.customer_id = ${customerId} and e.product_id = p.id
    where p.id in (${productsCalled(typed)})
    union all
    ${boughtUnder(customerId, typed)}`
}

/** IDs of the products of such a name or part number, or with such a feature. */
export function productsCalled(typed: string): SQL {
  const like = containing(typed)
  return sql`
    select id from products where ${isCalled(sql`name`, typed)} or part_number ilike ${like}
    union all select product_id from product_features where name ilike ${like}`
}
