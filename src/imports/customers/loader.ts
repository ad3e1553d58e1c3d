import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { newId } from '../../ids.ts'
import { keptFields, loadedFields, resultOf } from '../kept.ts'
import { fine, refuseDuplicates } from '../reasons.ts'
import type { Loader } from '../stage.ts'
import { customerColumns, readCustomer } from './read.ts'

const versioned = ['name', 'address_line1', 'address_line2', 'postal_code', 'city', 'region', 'country']
const fields = [...versioned, 'language', 'email_domains']
const columns = (names: readonly string[]) => sql.raw(names.join(', '))
const columnsOf = (alias: string, names: readonly string[]) =>
  sql.raw(names.map((n) => `${alias}.${n}`).join(', '))

export const customersLoader: Loader = {
  name: 'customers.csv',
  table: 'load_customers',
  definition: customerColumns,
  read: (cells) => readCustomer(cells, newId),
  async settle(tx) {
    await refuseDuplicates(tx, 'load_customers')
    await addNew(tx)
    await updateKnown(tx)
    await keepVersions(tx)
  },
}

async function addNew(tx: Db): Promise<void> {
  await tx.execute(sql`
    update load_customers r set customer_id = c.id from customers c where c.customer_number = r.customer_number`)
  await tx.execute(sql`
    update load_customers r set result = 'added' where ${fine()} and r.customer_id is null`)
  await tx.execute(sql`
    insert into customers (id, customer_number, ${columns(fields)}, loaded)
    select r.id, r.customer_number, ${columnsOf('r', fields)}, ${loadedFields(fields)}
    from load_customers r where r.result = 'added'`)
}

async function updateKnown(tx: Db): Promise<void> {
  const rules = keptFields(fields)
  await tx.execute(sql`
    update load_customers l set kept = ${rules.kept}, result = ${resultOf(rules.changed, rules.kept)}
    from load_customers r join customers s on s.id = r.customer_id
    where l.line = r.line and ${fine()}`)
  await tx.execute(sql`
    update customers c set ${rules.assignments}, loaded = ${rules.loaded}
    from load_customers r join customers s on s.id = r.customer_id
    where c.id = s.id and ${fine()} and (r.result = 'changed' or s.loaded is distinct from ${rules.loaded})`)
}

/** A name or address that is new stands in the history from now on, and in packs from their next issue. */
async function keepVersions(tx: Db): Promise<void> {
  await tx.execute(sql`
    with latest as (
      select distinct on (v.customer_id) v.*
      from customer_versions v join load_customers r on r.customer_id = v.customer_id and r.result = 'changed'
      order by v.customer_id, v.recorded_at desc, v.id desc
    ), added as (
      insert into customer_versions (customer_id, id, ${columns(versioned)})
      select c.id, r.version_id, ${columnsOf('c', versioned)}
      from load_customers r
      join customers c on c.id = coalesce(r.customer_id, r.id)
      left join latest v on v.customer_id = c.id
      where r.result in ('added', 'changed')
        and (v.id is null or (${columnsOf('c', versioned)}) is distinct from (${columnsOf('v', versioned)}))
      returning customer_id
    )
    update hosts h set is_pack_current = false
    from added a where h.customer_id = a.customer_id and h.is_pack_current`)
}
