import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import type { AsOf } from '../web/as-of.ts'
import { issueThen, retiredThen, versionThen } from './register.ts'

export type Host = {
  id: string
  label: string
  kind: 'single' | 'triad'
  status: 'active' | 'retired'
  port: number | null
  address_line1: string
  postal_code: string
  city: string
  country: string
  members: { position: number; kind: string; value: string; serverName: string }[]
  /** 0: none yet. */
  pack_issue: number
  is_pack_current: boolean
  /** When the current pack was cut. */
  pack_at: Date | null
  retired_at: Date | null
  retired_number: number | null
  /** Null: nobody, or no longer of the company. */
  caretaker_id: string | null
  caretaker: string | null
  caretaker_email: string | null
  caretaker_phone: string | null
  /** Quantity placed here now, whatever day is shown. */
  placed_now: number
}

type Row = Omit<Host, 'pack_at' | 'retired_at'> & { pack_at: string | null; retired_at: string | null }

/**
 * One host of a company, as it is or as it was at the end of a day; NotFound where there is none (yet), or only in a
 * draft plan.
 */
export async function findHost(
  tx: Db,
  customerId: string,
  hostId: string,
  asOf: AsOf | null = null,
): Promise<Host> {
  const { from, status, issue, isCurrent, existed } = asOf ? then(asOf.end) : now
  const rows = await tx.execute<Row>(sql`
    select h.id, v.label, h.kind, ${status} as status, v.port, v.address_line1, v.postal_code, v.city, v.country,
      pack.issue as pack_issue, ${isCurrent} as is_pack_current, h.retired_at, r.number::float8 as retired_number,
      h.caretaker_id, coalesce(nullif(c.name, ''), c.email) as caretaker, c.email as caretaker_email,
      c.phone as caretaker_phone,
      (select k.created_at from packs k
        where k.customer_id = h.customer_id and k.host_id = h.id and k.issue = pack.issue) as pack_at,
      coalesce((select sum(pl.quantity) from placements pl
        where pl.customer_id = h.customer_id and pl.host_id = h.id), 0)::float8 as placed_now,
      coalesce((
        select json_agg(json_build_object(
          'position', m.position, 'kind', m.id_kind, 'value', m.id_value, 'serverName', m.server_name
        ) order by m.position)
        from host_members m where m.customer_id = h.customer_id and m.host_id = h.id
      ), '[]'::json) as members
    from hosts h ${from}
    cross join lateral (select ${issue} as issue) pack
    left join requests r on r.customer_id = h.customer_id and r.id = h.retired_request_id
    left join associations a on a.customer_id = h.customer_id and a.person_id = h.caretaker_id
    left join people c on c.id = a.person_id
    where h.customer_id = ${customerId} and h.id = ${hostId}::uuid and h.status <> 'planned' and ${existed}`)
  const [host] = rows
  if (!host) throw new NotFound()
  const instant = (text: string | null) => (text === null ? null : new Date(text))
  return { ...host, pack_at: instant(host.pack_at), retired_at: instant(host.retired_at) }
}

const now = {
  from: sql`cross join lateral (select h.label, h.port, h.address_line1, h.postal_code, h.city, h.country) v`,
  status: sql`h.status`,
  issue: sql`h.pack_issue`,
  isCurrent: sql`h.is_pack_current`,
  existed: sql`true`,
}

const then = (end: SQL) => ({
  from: versionThen(end),
  status: sql`case when ${retiredThen(end)} then 'retired' else 'active' end`,
  issue: issueThen(end),
  isCurrent: sql`true`,
  existed: sql`h.created_at < ${end}`,
})

export type Relative = { id: string; label: string; status: 'active' | 'retired'; steps: number }

/** Generations named; a host was hardly replaced more often. */
const most = 20

/** Whom a host replaces (steps below 0, the latest last) and who replaced it (above 0), one after the other. */
export async function listRelatives(tx: Db, customerId: string, hostId: string): Promise<Relative[]> {
  return tx.execute<Relative>(sql`
    with recursive former as (
      select h.replaces_host_id as id, -1 as steps from hosts h
      where h.customer_id = ${customerId} and h.id = ${hostId}::uuid and h.replaces_host_id is not null
      union all
      select h.replaces_host_id, f.steps - 1 from former f
      join hosts h on h.customer_id = ${customerId} and h.id = f.id
      where h.replaces_host_id is not null and f.steps > ${-most}
    ), successor as (
      select h.id, 1 as steps from hosts h
      where h.customer_id = ${customerId} and h.replaces_host_id = ${hostId}::uuid and h.status <> 'planned'
      union all
      select h.id, s.steps + 1 from successor s
      join hosts h on h.customer_id = ${customerId} and h.replaces_host_id = s.id and h.status <> 'planned'
      where s.steps < ${most}
    )
    select h.id, h.label, h.status, r.steps
    from (select * from former union all select * from successor) r
    join hosts h on h.customer_id = ${customerId} and h.id = r.id
    order by r.steps, h.created_at, h.id`)
}
