import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import type { Problem } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { hostIdOf, hostPath } from './address.ts'
import { decommissionHost, listTaken, recommissionHost } from './decommission.ts'
import { findHost } from './find-host.ts'

/** What taking a host out of service does, or why it cannot be done and what to do first. */
export async function showDecommission(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
) {
  const { customer, t, server } = request
  const hostId = hostIdOf(request)
  const host = await server.database.readCustomer(customer.id, (tx) => findHost(tx, customer.id, hostId))
  return reply.page('hosts/decommission', {
    title: t('hosts.decommission.title', { host: host.label }),
    host,
    here: hostPath(request, hostId),
    problems,
  })
}

/** What putting a host back into service does, or what stands in the way. */
export async function showRecommission(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
) {
  const { customer, t, server } = request
  const hostId = hostIdOf(request)
  const [host, taken] = await server.database.readCustomer(customer.id, (tx) =>
    Promise.all([findHost(tx, customer.id, hostId), listTaken(tx, customer.id, hostId)]),
  )
  return reply.page('hosts/recommission', {
    title: t('hosts.recommission.title', { host: host.label }),
    host,
    here: hostPath(request, hostId),
    reasons: taken.map(({ key, params }) => t(key, params)),
    problems,
  })
}

export function postDecommission(request: FastifyRequest, reply: FastifyReply) {
  return act(request, reply, decommissionHost)
}

export function postRecommission(request: FastifyRequest, reply: FastifyReply) {
  return act(request, reply, recommissionHost)
}

type Verb = (
  tx: Db,
  act: { customerId: string; hostId: string; personId: string },
) => Promise<{ number: number }>

function act(request: FastifyRequest, reply: FastifyReply, verb: Verb) {
  const { customer, person } = request
  const hostId = hostIdOf(request)
  return actOnce(request, reply, async (tx) => {
    const { number } = await verb(tx, { customerId: customer.id, hostId, personId: person!.id })
    return `${customer.base}/requests/${number}`
  })
}
