import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { Invalid, NotFound, type ProblemKey } from '../errors.ts'
import { newId } from '../ids.ts'
import { touchDraft } from '../plans/drafts.ts'
import { hostMembers, hosts } from '../schema.ts'
import { jsonRows } from '../sql.ts'
import { type HostForm, type NewMember, type ReadOptions, readHostForm } from './host-form.ts'
import { formatHostId } from './host-id.ts'

export type PlanHostOptions = ReadOptions & {
  customerId: string
  planId: string
  /** The planned host to change; without one a new host is planned. */
  hostId?: string
  /** The host that it succeeds, whose label and IDs it may take over. */
  replaces?: string
  values: HostForm
}

/**
 * Puts a host as typed into a draft, where it stands as planned until the plan is submitted. Throws Invalid with
 * every problem beside its field; a label or host ID that is in use names the host that has it.
 * Returns the host's ID.
 */
export async function planHost(tx: Db, options: PlanHostOptions): Promise<string> {
  const { customerId, planId } = options
  await touchDraft(tx, { customerId, planId })
  const { host, members, problems } = readHostForm(options.values, options)
  const id = options.hostId ?? newId()
  const { replaces } = options
  const taken = await findTaken(tx, { customerId, planId, hostId: id, replaces, label: host.label, members })
  if (problems.length + taken.length > 0) throw new Invalid(inOrder([...problems, ...taken]))
  if (options.hostId) await changeHost(tx, { customerId, planId, id, host })
  else
    await tx
      .insert(hosts)
      .values({ ...host, customerId, id, planId, status: 'planned', replacesHostId: replaces })
  await tx
    .insert(hostMembers)
    .values(
      members.map(({ field: _field, ...member }) => ({ ...member, customerId, hostId: id, isActive: false })),
    )
  return id
}

/** What stands in the way of this label and these IDs in the company: active hosts, and others of the same draft. */
export async function findTaken(
  tx: Db,
  {
    customerId,
    planId,
    hostId,
    replaces = hostId,
    label,
    members,
  }: Place & { hostId: string; replaces?: string | undefined; label: string; members: NewMember[] },
): Promise<ProblemKey[]> {
  // Also a successor that is changed without a word of what it succeeds.
  const isNotFollowed = (id: SQL) => sql`${id} is distinct from (
    select s.replaces_host_id from hosts s where s.customer_id = ${customerId} and s.id = ${hostId})`
  const [labels, ids] = await Promise.all([
    tx.execute<{ label: string }>(sql`
      select label from hosts
      where customer_id = ${customerId} and lower(label) = lower(${label}) and id <> ${hostId} and id <> ${replaces} and ${isNotFollowed(sql`id`)}
        and (status = 'active' or (status = 'planned' and plan_id = ${planId})) limit 1`),
    tx.execute<{ field: string; kind: string; value: string; host: string }>(sql`
      select distinct on (w."field") w."field" as field, m.id_kind as kind, m.id_value as value, h.label as host
      from jsonb_to_recordset(${jsonRows(members)}) as w ("field" text, "idKind" text, "idValue" text)
      join host_members m on m.customer_id = ${customerId} and m.id_kind = w."idKind" and m.id_value = w."idValue"
      join hosts h on h.customer_id = m.customer_id and h.id = m.host_id
        and h.id <> ${hostId} and h.id <> ${replaces} and ${isNotFollowed(sql`h.id`)}
      where m.is_active or (h.status = 'planned' and h.plan_id = ${planId})
      order by w."field", h.label`),
  ])
  return [
    ...labels.map((row) => ({
      field: 'label',
      key: 'plans.problem.labelTaken',
      params: { host: row.label },
    })),
    ...ids.map(({ field, kind, value, host }) => ({
      field,
      key: 'plans.problem.idTaken',
      params: { id: formatHostId(kind, value), host },
    })),
  ]
}

type Place = { customerId: string; planId: string }

async function changeHost(
  tx: Db,
  { customerId, planId, id, host }: Place & { id: string; host: ReturnType<typeof readHostForm>['host'] },
): Promise<void> {
  const changed = await tx
    .update(hosts)
    .set(host)
    .where(
      and(
        eq(hosts.customerId, customerId),
        eq(hosts.id, id),
        eq(hosts.planId, planId),
        eq(hosts.status, 'planned'),
      ),
    )
    .returning({ id: hosts.id })
  if (changed.length === 0) throw new NotFound()
  await tx.delete(hostMembers).where(and(eq(hostMembers.customerId, customerId), eq(hostMembers.hostId, id)))
}

const fields = ['label', 'id1', 'server1', 'id2', 'server2', 'id3', 'server3', 'port', 'country']

/** In the order of the form, so that the error summary leads through it from top to bottom. */
function inOrder(problems: ProblemKey[]): ProblemKey[] {
  return problems.sort((a, b) => fields.indexOf(a.field ?? '') - fields.indexOf(b.field ?? ''))
}
