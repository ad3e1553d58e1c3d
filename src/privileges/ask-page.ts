import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Db } from '../db.ts'
import { Invalid, NotFound, type ProblemKey } from '../errors.ts'
import { parseRequestNumber } from '../requests/number.ts'
import { findRequest } from '../requests/queries.ts'
import { type Problem, readForm, text } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import {
  type AskedDetails,
  askPrivilege,
  type Ended,
  endAsked,
  findOpen,
  listAbleSupervisors,
  tellDeclined,
  tellGranted,
} from './asked.ts'
import { makeChanges } from './change.ts'
import { checkChanges } from './check-changes.ts'
import { isPrivilege, privilegeList } from './list.ts'
import { loadMembers, lockAsSupervisor } from './members.ts'
import { findPerson } from './people.ts'
import { listSupervisors } from './queries.ts'
import { readUntil } from './wish-form.ts'

const WhyForm = Type.Object({ privilege: Type.String(), why: Type.String({ maxLength: 1000 }) })
const WordForm = Type.Object({
  decision: Type.String(),
  word: Type.String({ maxLength: 1000 }),
  until: Type.String({ maxLength: 20 }),
})

/** R10: "ask for it". Of several that would do, one is chosen. */
export async function showAsk(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const { customer, t } = request
  const asked = text(values['wanted'] ?? (request.query as { privilege?: string }).privilege).split(',')
  const lacking = privilegeList.filter((one) => !customer.holds[one])
  const wanted = lacking.filter((one) => asked.includes(one))
  const offered = wanted.length > 0 ? wanted : lacking
  const personId = request.person!.id
  const [supervisors, able, open] = await request.server.database.readCustomer(customer.id, (tx) =>
    Promise.all([
      listSupervisors(tx, customer.id),
      listAbleSupervisors(tx, customer.id),
      Promise.all(offered.map((one) => findOpen(tx, customer.id, personId, one))),
    ]),
  )
  return reply.page('privileges/ask', {
    title: t('privileges.ask.title'),
    supervisors: supervisors.filter(({ id }) => able.includes(id)),
    offered: offered.map((privilege, i) => ({ privilege, open: open[i] ?? null })),
    // Shown again after a mistake, it offers the same.
    wanted: wanted.join(','),
    problems,
    values: { privilege: offered.length === 1 ? offered[0] : '', ...values },
  })
}

export async function postAsk(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  const form = readForm(request.body, WhyForm)
  const privilege = privilegeList.find((one) => one === form.privilege)
  if (!privilege) throw new Invalid([{ field: 'privilege', key: 'privileges.ask.which' }])
  if (customer.holds[privilege]) throw new Invalid([{ field: 'privilege', key: 'privileges.ask.held' }])
  return actOnce(request, reply, async (tx) => {
    if ((await listAbleSupervisors(tx, customer.id)).length === 0) {
      throw new Invalid([{ key: 'privileges.ask.nobody' }])
    }
    const number = await askPrivilege(tx, {
      customerId: customer.id,
      personId: request.person!.id,
      privilege,
      why: form.why,
    })
    return `${customer.base}/requests/${number}`
  })
}

const isRisky = (request: FastifyRequest) => request.url.split('?')[0]!.endsWith('/supervisor')

/** What a supervisor is asked for, with what the person holds, to grant or to decline. */
export async function showAsked(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const { customer, t } = request
  const { database, today } = request.server
  const { about, details } = await database.readCustomer(customer.id, (tx) => findAsked(request, tx))
  const path = `${customer.base}/people/asked/${about.number}`
  if (!isOpen(about.status)) return reply.redirect(`${customer.base}/requests/${about.number}`, 303)
  // Granting Supervisor has an address of its own, which asks for a fresh sign-in.
  const needsFresh = details.privilege === 'supervisor'
  if (needsFresh !== isRisky(request)) return reply.redirect(needsFresh ? `${path}/supervisor` : path, 303)
  const someone = await database.readCustomer(customer.id, (tx) =>
    findPerson(tx, customer.id, about.requestedBy, today()),
  )
  return reply.page('privileges/asked', {
    title: t('privileges.asked.title', {
      name: about.personName,
      privilege: t(`privileges.${details.privilege}`),
    }),
    about,
    details,
    someone,
    action: needsFresh ? `${path}/supervisor` : path,
    problems,
    values,
  })
}

export async function postAsked(request: FastifyRequest, reply: FastifyReply) {
  const { customer, server } = request
  const form = readForm(request.body, WordForm)
  if (form.decision !== 'grant' && form.decision !== 'decline') {
    throw new Invalid([{ field: 'decision', key: 'privileges.asked.which' }])
  }
  return actOnce(request, reply, async (tx) => {
    await lockAsSupervisor(tx, customer.id, request.person!.id)
    const { about, details } = await findAsked(request, tx)
    const path = `${customer.base}/people/asked/${about.number}`
    const needsFresh = details.privilege === 'supervisor' && form.decision === 'grant'
    if (needsFresh && !isRisky(request)) return `${path}/supervisor`
    const by = request.person!.id
    const outcome = form.decision === 'grant' ? 'granted' : 'declined'
    const until = outcome === 'granted' && details.privilege !== 'supervisor' ? lastDay(form.until) : null
    const ended = await endAsked(tx, {
      ...{ customerId: customer.id, requestId: about.id, by },
      ...{ outcome, word: form.word, until },
    })
    if (outcome === 'granted') await give(tx, request, ended, until)
    else await tellDeclined(tx, { customerId: customer.id, by, ended })
    request.flash(`privileges.asked.${outcome}`, { name: about.personName })
    return `${customer.base}/requests/${about.number}`
  })
  async function give(tx: Db, { person }: FastifyRequest, ended: Ended, until: string | null) {
    const { personId, privilege } = ended
    const by = person!.id
    const members = await loadMembers(tx, customer.id, [personId], server.today())
    const wish = { personId, holds: { [privilege]: { until } } }
    const [outcome] = checkChanges([wish], { members, today: server.today() })
    if (outcome!.kind === 'refused') {
      throw new Invalid(outcome!.reasons.map((reason) => ({ ...reason, field: 'until' })))
    }
    if (outcome!.kind === 'changed') {
      await makeChanges(tx, { customerId: customer.id, by, outcomes: [outcome!], answers: ended })
    } else {
      await tellGranted(tx, { customerId: customer.id, by, ended, change: undefined })
    }
  }
}

/** The last day that was typed; null for none. Throws Invalid. */
function lastDay(typed: string): string | null {
  const problems: ProblemKey[] = []
  const until = readUntil(typed, 'until', problems)
  if (problems.length > 0) throw new Invalid(problems)
  return until
}

async function findAsked(request: FastifyRequest, tx: Db) {
  const read = parseRequestNumber((request.params as { number: string }).number)
  if ('problem' in read) throw new NotFound()
  const about = await findRequest(tx, request.customer.id, read.number)
  if (about.kind !== 'ask-privilege' || !isPrivilege(about.details['privilege'])) throw new NotFound()
  return { about, details: about.details as unknown as AskedDetails }
}

function isOpen(status: string): boolean {
  return ['submitted', 'in-review', 'needs-information'].includes(status)
}
