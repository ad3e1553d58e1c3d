import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { newId } from '../../ids.ts'
import { keptFields, loadedFields, resultOf } from '../kept.ts'
import { fine } from '../reasons.ts'
import type { Loader } from '../stage.ts'
import { checkHosts } from './check.ts'
import { hostColumns, readHost } from './read.ts'

const placeFields = ['port', 'address_line1', 'postal_code', 'city', 'country']
const fields = [...placeFields, 'server_names']
const place = (alias: string) => sql.raw(placeFields.map((field) => `${alias}.${field}`).join(', '))

export const hostsLoader: Loader = {
  name: 'hosts.csv',
  table: 'load_hosts',
  definition: hostColumns,
  read: (cells, context) => readHost(cells, context, newId),
  async settle(tx) {
    await checkHosts(tx)
    await addNew(tx)
    await updateKnown(tx)
    await keepVersions(tx)
  },
}

const remembered = sql`jsonb_build_object('host_name', r.host_name) || ${loadedFields(fields)}`

async function addNew(tx: Db): Promise<void> {
  await tx.execute(
    sql`update load_hosts r set result = 'added' where ${fine()} and r.host_id is null and not r.is_kept`,
  )
  await tx.execute(sql`
    insert into hosts (customer_id, id, label, kind, status, port, address_line1, postal_code, city, country, loaded)
    select r.customer_id, r.id, r.host_name,
      case jsonb_array_length(r.ids) when 3 then 'triad' else 'single' end, 'active', ${place('r')}, ${remembered}
    from load_hosts r where r.result = 'added'`)
  await tx.execute(sql`
    insert into host_members (customer_id, host_id, position, id_kind, id_value, server_name, is_active)
    select r.customer_id, r.id, i.position, i.id ->> 'kind', i.id ->> 'value', r.server_names[i.position], true
    from load_hosts r, jsonb_array_elements(r.ids) with ordinality i (id, position)
    where r.result = 'added'`)
}

/** A stored host with the names of its members as one field. */
const stored = sql`(
  select h.*, (select array_agg(m.server_name order by m.position) from host_members m
    where m.customer_id = h.customer_id and m.host_id = h.id) as server_names
  from hosts h)`

async function updateKnown(tx: Db): Promise<void> {
  const rules = keptFields(fields)
  const places = keptFields(placeFields)
  const names = keptFields(['server_names'])
  const inPack = keptFields(['port', 'server_names'])
  const known = sql`from load_hosts r join ${stored} s on s.customer_id = r.customer_id and s.id = r.host_id
    where ${fine()}`
  await tx.execute(sql`update load_hosts r set result = 'kept' where ${fine()} and r.is_kept`)
  await tx.execute(sql`
    update load_hosts l set kept = x.kept, result = x.result
    from (select r.line, ${rules.kept} as kept, ${resultOf(rules.changed, rules.kept)} as result
          ${known} and r.result is null) x
    where l.line = x.line`)
  // Of what a load may change, port and server names stand in the pack; where the host is does not.
  await tx.execute(sql`
    update hosts h set is_pack_current = false
    ${known} and not r.is_kept and ${inPack.changed} <> '{}' and h.customer_id = s.customer_id and h.id = s.id
      and h.is_pack_current`)
  await tx.execute(sql`
    update host_members m set server_name = x.name
    from (
      select r.customer_id, r.host_id, n.position, n.name
      from load_hosts r join ${stored} s on s.customer_id = r.customer_id and s.id = r.host_id
      cross join unnest(r.server_names) with ordinality n (name, position)
      where ${fine()} and r.result = 'changed' and ${names.changed} <> '{}') x
    where m.customer_id = x.customer_id and m.host_id = x.host_id and m.position = x.position`)
  await tx.execute(sql`
    update hosts h set ${places.assignments}, loaded = ${remembered}
    ${known} and not r.is_kept and h.customer_id = s.customer_id and h.id = s.id
      and (r.result = 'changed' or s.loaded is distinct from (${remembered}))`)
}

async function keepVersions(tx: Db): Promise<void> {
  await tx.execute(sql`
    insert into host_versions (customer_id, id, host_id, label, port, address_line1, postal_code, city, country)
    select h.customer_id, r.version_id, h.id, h.label, ${place('h')}
    from load_hosts r join hosts h on h.customer_id = r.customer_id and h.id = coalesce(r.host_id, r.id)
    where r.result in ('added', 'changed')`)
}
