import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { personOptions, personValue } from '../web/choose-person.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { hostIdOf, hostPath } from './address.ts'
import { listCandidates, setCaretaker } from './caretaker.ts'
import { findHost } from './find-host.ts'

const CaretakerForm = Type.Object({ caretaker: Type.String({ maxLength: 254 }) })

/** Who looks after a host, to be chosen from those who can. */
export async function showCaretaker(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
) {
  const { customer, t, server } = request
  const hostId = hostIdOf(request)
  const options = { today: server.today(), isOpen: customer.isOpen }
  const [host, people] = await server.database.readCustomer(customer.id, (tx) =>
    Promise.all([findHost(tx, customer.id, hostId), listCandidates(tx, customer.id, options)]),
  )
  return reply.page('hosts/caretaker', {
    title: t('hosts.caretaker.title', { host: host.label }),
    host,
    here: hostPath(request, hostId),
    people: personOptions(people, t('hosts.caretaker.nobody'), t),
    problems,
    values: { caretaker: values['caretaker'] ?? personValue(people, host.caretaker_id ?? '') },
  })
}

export function postCaretaker(request: FastifyRequest, reply: FastifyReply) {
  const { customer, person, server } = request
  const hostId = hostIdOf(request)
  return actOnce(request, reply, async (tx) => {
    const { caretaker } = readForm(request.body, CaretakerForm)
    await setCaretaker(tx, {
      ...{ customerId: customer.id, hostId, personId: person!.id, caretakerId: caretaker },
      ...{ today: server.today(), isOpen: customer.isOpen },
    })
    request.flash('hosts.caretaker.saved')
    return hostPath(request, hostId)
  })
}
