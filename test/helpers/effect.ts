import { sql } from 'drizzle-orm'
import type { Database } from '../../src/db.ts'

const queries = {
  requests: sql`
    select r.number::integer, r.kind, r.status, p.email as by from requests r
    join people p on p.id = r.requested_by order by r.number`,
  transfers: sql`
    select r.number::integer as request, d.part_number as part, coalesce(f.label, 'pool') as "from", coalesce(h.label, 'pool') as "to", t.quantity
    from transfers t join requests r on r.id = t.request_id
    join entitlements e on e.id = t.entitlement_id join products d on d.id = e.product_id
    left join hosts f on f.id = t.from_host_id left join hosts h on h.id = t.to_host_id
    order by r.number, d.part_number, h.label`,
  placements: sql`
    select c.customer_number as customer, h.label as host, d.part_number as part, p.quantity from placements p
    join customers c on c.id = p.customer_id join hosts h on h.id = p.host_id
    join entitlements e on e.id = p.entitlement_id join products d on d.id = e.product_id
    order by c.customer_number, h.label, d.part_number`,
  hosts: sql`
    select h.label, h.kind, h.status, h.pack_issue as issue, h.is_pack_current as current, h.city,
      (select string_agg(m.id_kind || ' ' || m.id_value || ' ' || m.server_name, ', ' order by m.position)
       from host_members m where m.host_id = h.id) as members
    from hosts h order by h.label`,
  packs: sql`
    select r.number::integer as request, h.label as host, k.issue from request_packs k
    join requests r on r.id = k.request_id join hosts h on h.id = k.host_id order by r.number, h.label`,
  events: sql`
    select r.number::integer as request, e.kind, count(*)::integer as count from request_events e
    join requests r on r.id = e.request_id group by r.number, e.kind order by r.number, e.kind`,
  activity: sql`select verb, count(*)::integer as count from activity group by verb order by verb`,
  mails: sql`select template, to_address as "to" from mails order by id`,
  plans: sql`select tool, status, count(*)::integer as count from plans group by tool, status order by 1, 2`,
}

type Effect = Record<keyof typeof queries, string[]>

/** All that work at the counter leaves in the database, a line for each row: by names, without IDs and times. */
export async function stored(owner: Database): Promise<Effect> {
  const found = {} as Effect
  for (const name of Object.keys(queries) as (keyof typeof queries)[]) {
    const rows = await owner.db.execute<Record<string, unknown>>(queries[name])
    found[name] = rows.map((row) => Object.values(row).join(' ').trim())
  }
  return found
}

/** The lines that are there now and were not before. */
export async function effectSince(before: Effect, owner: Database): Promise<Effect> {
  const now = await stored(owner)
  for (const name of Object.keys(queries) as (keyof typeof queries)[]) {
    const old = [...before[name]]
    now[name] = now[name].filter((line) => {
      const at = old.indexOf(line)
      if (at >= 0) old.splice(at, 1)
      return at < 0
    })
  }
  return now
}
