import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { Conflict, Invalid } from '../errors.ts'
import { type Problem, text } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { makeChanges } from './change.ts'
import { checkChanges, type Outcome, type Wish } from './check-changes.ts'
import { createDraft } from './drafts.ts'
import { isLastSupervisor } from './leave.ts'
import { privilegeList } from './list.ts'
import { loadMembers, lockCompany } from './members.ts'
import { countDrafts, findPerson } from './people.ts'
import { readHolds } from './wish-form.ts'

const personIn = (request: FastifyRequest) => (request.params as { person: string }).person

/** One person of the company: what they hold, and the form that changes it. */
export async function showPerson(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const { customer, t } = request
  const { database, today } = request.server
  const [person, isLast] = await database.readCustomer(customer.id, async (tx) => {
    const found = await findPerson(tx, customer.id, personIn(request), today())
    return [found, await isLastSupervisor(tx, customer.id, found.id, today())] as const
  })
  const held = Object.fromEntries(person.privileges.map((one) => [one.privilege, one]))
  const isTyped = Object.keys(values).length > 0
  return reply.page('privileges/person', {
    title: t('privileges.person.title', { name: person.name || person.email }),
    someone: person,
    held,
    isLast,
    isSelf: person.id === request.person!.id,
    privilegeList,
    problems,
    values: isTyped
      ? values
      : { licensingUntil: held.licensing?.until ?? '', reportingUntil: held.reporting?.until ?? '' },
    isTicked: (privilege: string) => (isTyped ? Boolean(values[privilege]) : Boolean(held[privilege])),
  })
}

/** Nothing is changed yet: to the preview. Throws Invalid with every reason why not. */
export async function postPerson(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  return actOnce(request, reply, async (tx) => {
    const { id: personId } = await findPerson(tx, customer.id, personIn(request), request.server.today())
    const wish: Wish = { personId, holds: readHolds(request.body) }
    const outcome = await check(tx, request, wish)
    if (outcome.kind === 'refused') throw new Invalid(outcome.reasons)
    if (outcome.kind === 'unchanged')
      throw new Invalid([{ field: 'supervisor', key: 'privileges.change.same' }])
    const draft = await createDraft(tx, {
      customerId: customer.id,
      by: request.person!.id,
      entries: [{ wish }],
    })
    return `${customer.base}/people/changes/${draft}`
  })
}

/** What a person had and what becomes of their drafts, before they are removed from the company. */
export async function showRemoval(request: FastifyRequest, reply: FastifyReply, problems: Problem[] = []) {
  const { customer, t } = request
  const { database, today } = request.server
  const [person, drafts, isLast] = await database.readCustomer(customer.id, async (tx) => {
    const found = await findPerson(tx, customer.id, personIn(request), today())
    return Promise.all([
      found,
      countDrafts(tx, customer.id, found.id),
      isLastSupervisor(tx, customer.id, found.id, today()),
    ])
  })
  return reply.page('privileges/removal', {
    title: t('privileges.removal.title', { name: person.name || person.email }),
    someone: person,
    seen: seenOf(person.privileges),
    drafts,
    isLast,
    isSelf: person.id === request.person!.id,
    problems,
  })
}

export async function postRemoval(request: FastifyRequest, reply: FastifyReply) {
  try {
    return await actOnce(request, reply, (tx) => remove(tx, request))
  } catch (error) {
    if (!(error instanceof Conflict) || error.key !== 'privileges.removal.stale') throw error
    return showRemoval(request, reply.code(409), [{ message: request.t(error.key) }])
  }
}

async function remove(tx: Db, request: FastifyRequest): Promise<string> {
  const { customer } = request
  await lockCompany(tx, customer.id)
  const person = await findPerson(tx, customer.id, personIn(request), request.server.today())
  const outcome = await check(tx, request, { personId: person.id, holds: {}, leaves: true })
  if (outcome.kind === 'refused') {
    throw new Invalid(outcome.reasons.map(({ key, params }) => ({ key, params: params ?? {} })))
  }
  if (text((request.body as { seen?: string }).seen) !== seenOf(person.privileges)) {
    throw new Conflict('privileges.removal.stale')
  }
  const by = request.person!.id
  const { number } = await makeChanges(tx, { customerId: customer.id, by, outcomes: [outcome] })
  // Who removes themselves is no longer of the company, nor allowed to see its requests.
  return by === person.id ? '/account/companies' : `${customer.base}/requests/${number}`
}

async function check(tx: Db, { customer, server }: FastifyRequest, wish: Wish): Promise<Outcome> {
  const today = server.today()
  const members = await loadMembers(tx, customer.id, [wish.personId], today)
  return checkChanges([wish], { members, today })[0]!
}

function seenOf(privileges: { privilege: string; until: string | null }[]): string {
  return privileges.map(({ privilege, until }) => `${privilege}:${until ?? ''}`).join('|') || 'none'
}
