import type { FastifyReply, FastifyRequest } from 'fastify'
import { Invalid } from '../errors.ts'
import { isId } from '../ids.ts'
import type { Problem } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { createDraft } from './drafts.ts'
import { loadMembers } from './members.ts'
import { countPeople, listIds } from './people.ts'
import { filterFields, readFilter } from './people-filter.ts'
import { readChange, readPeople } from './wish-form.ts'

/** People that one change may concern. */
export const mostPeople = 5000

/** One change for many: those ticked on the list, or everyone who fits its filter. */
export async function showMany(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const { customer, t } = request
  const { database, today } = request.server
  const given = (request.method === 'POST' ? request.body : request.query) as Record<string, unknown>
  const filter = { ...readFilter(given), after: '' }
  const isAll = given.all === '1'
  const ids = readPeople(given).filter(isId)
  const [members, counts] = await database.readCustomer(customer.id, (tx) =>
    Promise.all([
      loadMembers(tx, customer.id, isAll ? [] : ids, today()),
      countPeople(tx, customer.id, filter, today()),
    ]),
  )
  const people = ids.flatMap((id) => members.get(id) ?? [])
  const count = isAll ? counts.fitting : people.length
  return reply.page('privileges/many', {
    title: t('privileges.many.title', { count }),
    people: isAll ? [] : people,
    fields: isAll
      ? [['all', '1'], ...filterFields(filter)]
      : [['person', people.map(({ id }) => id).join(' ')]],
    count,
    isTooMany: count > mostPeople,
    most: mostPeople,
    problems,
    values,
  })
}

export async function postMany(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  const change = readChange(request.body)
  const given = request.body as Record<string, unknown>
  return actOnce(request, reply, async (tx) => {
    const filter = { ...readFilter(given), after: '' }
    const ids =
      given.all === '1'
        ? await listIds(tx, customer.id, filter, request.server.today(), mostPeople + 1)
        : readPeople(given).filter(isId)
    if (ids.length > mostPeople) {
      throw new Invalid([{ key: 'privileges.many.tooMany', params: { most: mostPeople } }])
    }
    const entries = ids.map((personId) => ({ wish: { personId, ...change } }))
    const draft = await createDraft(tx, { customerId: customer.id, by: request.person!.id, entries })
    return `${customer.base}/people/changes/${draft}`
  })
}
