import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { recordCompleted } from '../requests/completed.ts'
import { requestPacks } from '../schema.ts'
import { type ChangeWord, comparePacks, wordFor } from './compare.ts'
import { recordRetrieved } from './retrieval.ts'

export type PackHost = {
  id: string
  label: string
  kind: 'single' | 'triad'
  status: 'active' | 'retired'
  members: { kind: string; value: string }[]
  /** Latest issue; 0: none. */
  issue: number
  isCurrent: boolean
}

export type Issue = {
  issue: number
  at: Date
  requestNumber: number | null
  keyId: string
  /** Against the issue before. */
  change: ChangeWord
}

const pageSize = 20

/** The host whose packs are looked at, in use or retired. Throws NotFound. */
export async function findPackHost(tx: Db, customerId: string, hostId: string): Promise<PackHost> {
  const [host] = await tx.execute<PackHost>(sql`
    select h.id, h.label, h.kind, h.status, h.pack_issue as issue, h.is_pack_current as "isCurrent",
      coalesce((select json_agg(json_build_object('kind', m.id_kind, 'value', m.id_value) order by m.position)
        from host_members m where m.customer_id = h.customer_id and m.host_id = h.id), '[]') as members
    from hosts h where h.customer_id = ${customerId} and h.id = ${hostId} and h.status <> 'planned'`)
  if (!host) throw new NotFound()
  return host
}

/** A page of a host's issues, latest first; those before `before`. `next` is where the following page begins. */
export async function listIssues(
  tx: Db,
  customerId: string,
  hostId: string,
  before: number | undefined,
): Promise<{ rows: Issue[]; next?: number }> {
  const found = await tx.execute<Omit<Issue, 'at' | 'change'> & { at: string; text: string }>(sql`
    select p.issue, to_json(p.created_at)#>>'{}' as at, r.number::float8 as "requestNumber", p.key_id as "keyId", p.text
    from packs p
    left join requests r on r.customer_id = p.customer_id and r.id = p.request_id
    where p.customer_id = ${customerId} and p.host_id = ${hostId}
      ${before ? sql`and p.issue < ${before}` : sql``}
    order by p.issue desc limit ${pageSize + 1}`)
  const rows = found.slice(0, pageSize).map(({ text, at, ...row }, index) => {
    const former = found[index + 1]
    const change = former ? wordFor(comparePacks(former.text, text)) : 'first'
    return { ...row, at: new Date(at), change }
  })
  return found.length > pageSize ? { rows, next: rows.at(-1)!.issue } : { rows }
}

/** The texts of two issues of a host; undefined for one that is not there. */
export async function readIssues(tx: Db, customerId: string, hostId: string, issues: [number, number]) {
  const rows = await tx.execute<{ issue: number; text: string; at: string }>(sql`
    select issue, text, to_json(created_at)#>>'{}' as at from packs
    where customer_id = ${customerId} and host_id = ${hostId} and issue in (${issues[0]}, ${issues[1]})`)
  return issues.map((issue) => rows.find((row) => row.issue === issue))
}

type OneIssue = { customerId: string; personId: string; hostId: string; issue: number }

/** Retrieves one issue of a host, current or not, as a completed request. Throws NotFound. */
export async function retrieveIssue(
  tx: Db,
  { customerId, personId, hostId, issue }: OneIssue,
): Promise<{ id: string; number: number }> {
  const { label } = await findPackHost(tx, customerId, hostId)
  const [found] = await readIssues(tx, customerId, hostId, [issue, issue])
  if (!found) throw new NotFound()
  const details = { hosts: 1, issue }
  const request = await recordCompleted(tx, { customerId, personId, kind: 'retrieve-packs', details })
  await tx.insert(requestPacks).values({ customerId, requestId: request.id, hostId, issue })
  await recordRetrieved(tx, { customerId, personId, request, labels: [label] })
  return request
}
