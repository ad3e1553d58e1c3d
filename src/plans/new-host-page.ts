import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { findChoice } from '../entitlements/queries.ts'
import { checkHostId } from '../hosts/check-host-id.ts'
import { planHost } from '../hosts/plan-host.ts'
import { findPlannedHost } from '../hosts/planned.ts'
import { prefilled } from '../hosts/prefilled.ts'
import { isId } from '../ids.ts'
import type { Problem } from '../web/forms.ts'
import { readForm, text } from '../web/forms.ts'
import type { Translate } from '../web/i18n.ts'
import { actOnce } from '../web/once.ts'
import { idsOf, planPath } from './open-draft.ts'
import { servesCounted } from './queries.ts'

const short = Type.String({ maxLength: 200 })
export const HostFields = Type.Object({
  label: short,
  kind: short,
  id1: short,
  id2: short,
  id3: short,
  server1: Type.String({ maxLength: 300 }),
  server2: Type.String({ maxLength: 300 }),
  server3: Type.String({ maxLength: 300 }),
  port: short,
  addressLine1: short,
  postalCode: Type.String({ maxLength: 20 }),
  city: Type.String({ maxLength: 100 }),
  country: short,
})

/** A host that is not known yet: its label, its IDs, and the names its license server is reached by. */
export async function showNewHost(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
) {
  const { customer, plan, t } = request
  const { entitlement } = idsOf(request)
  const choice = await request.server.database.readCustomer(customer.id, (tx) =>
    findChoice(tx, customer.id, entitlement, request.server.today()),
  )
  const path = `${planPath(request, plan.id)}/entitlement/${choice.id}`
  const isCounted = choice.licenseType !== 'node-locked'
  const asked = values['kind'] ?? (request.query as Record<string, unknown>)['kind']
  const kind = isCounted && asked === 'triad' ? 'triad' : 'single'
  return reply.page('plans/new-host', {
    title: t(kind === 'triad' ? 'plans.newHost.titleTriad' : 'plans.newHost.title'),
    problems: kind === 'triad' ? ofMachines(problems, t) : problems,
    values: { ...prefilled(request.query), ...values },
    kind,
    kinds: isCounted
      ? [
          { text: t('plans.newHost.single'), href: `${path}/new-host`, isCurrent: kind === 'single' },
          {
            text: t('plans.newHost.triad'),
            href: `${path}/new-host?kind=triad`,
            isCurrent: kind === 'triad',
          },
        ]
      : [],
    isCounted,
    action: `${path}/new-host`,
    clinic: `${customer.base}/hosts/clinic?${new URLSearchParams({ to: `${path}/new-host` })}`,
    back: `${path}/host`,
    backText: t('plans.step.host'),
    submitText: t('plans.continue'),
    check: `${customer.base}/plans/host-id-check`,
    plan: planPath(request, plan.id),
  })
}

/** Says of which of a triad's three machines a problem is. */
export function ofMachines(problems: Problem[], t: Translate): Problem[] {
  return problems.map(({ field, message }) => {
    const machine = /^(?:id|server)([123])$/.exec(field ?? '')?.[1]
    return { field, message: machine ? t('plans.newHost.ofMachine', { machine, message }) : message }
  })
}

export async function addHost(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan, server } = request
  const { entitlement } = idsOf(request)
  const values = readForm(request.body, HostFields)
  return actOnce(request, reply, async (tx) => {
    const { licenseType } = await findChoice(tx, customer.id, entitlement, server.today())
    const hostId = await planHost(tx, {
      customerId: customer.id,
      planId: plan.id,
      values,
      publisher: server.publisher(),
      needsServerNames: licenseType !== 'node-locked',
    })
    return `${planPath(request, plan.id)}/entitlement/${entitlement}/host/${hostId}`
  })
}

/** A host of the draft, to correct what was typed. */
export async function showChangedHost(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  typed: Record<string, unknown> = {},
) {
  const { customer, plan, t } = request
  const { host } = idsOf(request)
  const [values, isCounted] = await request.server.database.readCustomer(customer.id, (tx) =>
    Promise.all([
      findPlannedHost(tx, { customerId: customer.id, planId: plan.id, hostId: host }),
      servesCounted(tx, { customerId: customer.id, planId: plan.id, hostId: host }),
    ]),
  )
  const kind = (typed['kind'] ?? values.kind) === 'triad' ? 'triad' : 'single'
  return reply.page('plans/new-host', {
    title: t('plans.newHost.change', { host: values.label }),
    problems: kind === 'triad' ? ofMachines(problems, t) : problems,
    values: { ...values, ...typed },
    kind,
    kinds: [],
    isCounted,
    action: `${planPath(request, plan.id)}/hosts/${host}`,
    back: planPath(request, plan.id),
    backText: t('plans.step.check'),
    submitText: t('plans.save'),
    check: `${customer.base}/plans/host-id-check?host=${host}`,
    plan: planPath(request, plan.id),
  })
}

export async function changeHost(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan, server } = request
  const { host: hostId } = idsOf(request)
  const values = readForm(request.body, HostFields)
  return actOnce(request, reply, async (tx) => {
    const ids = { customerId: customer.id, planId: plan.id, hostId }
    const needsServerNames = await servesCounted(tx, ids)
    await planHost(tx, { ...ids, values, publisher: server.publisher(), needsServerNames })
    return planPath(request, plan.id)
  })
}

/** What is to be said of a host ID while it is typed: how it is read, or what is wrong; for one field at a time. */
export async function showHostIdCheck(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, format } = request
  const given = request.query as Record<string, unknown>
  const typed = text(given['id1'] ?? given['id2'] ?? given['id3']).slice(0, 200)
  const [host, publisher] = [given['host'], request.server.publisher()]
  const found = await request.server.database.readCustomer(customer.id, (tx) =>
    checkHostId(tx, {
      customerId: customer.id,
      text: typed,
      publisher,
      except: isId(host) ? host : undefined,
    }),
  )
  return reply.page('plans/host-id-check', {
    title: t('plans.hostIdCheck.title'),
    values: { id1: typed },
    said:
      typed === ''
        ? ''
        : 'problem' in found
          ? t(found.problem, found.params)
          : found.host
            ? t('plans.problem.idTaken', { id: format.hostId(found.kind, found.value), host: found.host })
            : t('plans.hostIdCheck.good', { id: format.hostId(found.kind, found.value) }),
    isGood: !('problem' in found) && !found.host,
    path: `${customer.base}/plans/host-id-check`,
  })
}
