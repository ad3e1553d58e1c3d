import { sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../../db.ts'
import { NotFound } from '../../errors.ts'
import { planHost } from '../../hosts/plan-host.ts'
import type { Problem } from '../../web/forms.ts'
import { readForm } from '../../web/forms.ts'
import { actOnce } from '../../web/once.ts'
import { newHostForm } from '../new-host-form.ts'
import { HostFields } from '../new-host-page.ts'
import { idsOf, planPath } from '../open-draft.ts'
import { findActiveLabel } from '../queries.ts'
import { toolFrame } from '../tool-frame.ts'

/** A receiving host that is not known yet. */
export async function showNewReceiver(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  typed: Record<string, unknown> = {},
) {
  const { customer, plan, server, t } = request
  const { host } = idsOf(request)
  const from = `${planPath(request, plan.id)}/from`
  const [label, isCounted] = await server.database.readCustomer(customer.id, (tx) =>
    Promise.all([findActiveLabel(tx, customer.id, host), holdsCounted(tx, customer.id, host)]),
  )
  if (label === undefined) throw new NotFound()
  const back = `${from}/${host}/to`
  return reply.page('plans/new-host', {
    ...newHostForm(request, {
      ...{ problems, typed, isCounted, mayBeTriad: isCounted },
      ...{ path: `${from}/${host}/new-host`, back },
    }),
    ...toolFrame(request, [
      { step: 'from', href: from },
      { step: 'to', href: back },
    ]),
    step: 'to',
    kindsReason: isCounted ? null : t('plans.newHost.onlySingle'),
  })
}

export async function addReceiver(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan, server } = request
  const { host } = idsOf(request)
  const values = readForm(request.body, HostFields)
  return actOnce(request, reply, async (tx) => {
    if ((await findActiveLabel(tx, customer.id, host)) === undefined) throw new NotFound()
    const receiver = await planHost(tx, {
      customerId: customer.id,
      planId: plan.id,
      values,
      publisher: server.publisher(),
      needsServerNames: await holdsCounted(tx, customer.id, host),
    })
    return `${planPath(request, plan.id)}/from/${host}/to/${receiver}`
  })
}

/** Whether something on a host is served by a license server; where it goes then needs server names. */
async function holdsCounted(tx: Db, customerId: string, hostId: string): Promise<boolean> {
  const [row] = await tx.execute<{ isCounted: boolean }>(sql`
    select exists (
      select from placements l
      join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id
      join products p on p.id = e.product_id
      where l.customer_id = ${customerId} and l.host_id = ${hostId}::uuid and l.quantity > 0
        and p.license_type <> 'node-locked') as "isCounted"`)
  return row!.isCounted
}
