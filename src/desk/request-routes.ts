import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { readPrivileges } from '../accounts/upgrade/company-routes.ts'
import { readDecline } from '../accounts/upgrade/decline-form.ts'
import { recordActivity } from '../activity/record.ts'
import type { App } from '../app.ts'
import { sayChange } from '../customers/change-part.ts'
import type { Db } from '../db.ts'
import { Conflict, NotFound } from '../errors.ts'
import { builtInCutter } from '../packs/cutters/built-in.ts'
import { activeKey } from '../packs/keys.ts'
import { approveForDesk } from '../plans/decide-plan.ts'
import { sayHeldNow } from '../plans/held-now.ts'
import type { PlanProblem } from '../plans/problems.ts'
import { sayHolds } from '../plans/words.ts'
import { accountRequestPage } from '../requests/account/page.ts'
import { findAccountRequest } from '../requests/account/queries.ts'
import { longestText, MessageForm, numberOf } from '../requests/account/routes.ts'
import { declineReasons } from '../requests/account/settle.ts'
import { askInformation, declineRequest, openRequestStatuses, writeFromDesk } from '../requests/messages.ts'
import { companyEntries } from '../requests/page.ts'
import { partOf } from '../requests/part.ts'
import { isAboutPrivileges } from '../requests/scope.ts'
import { statusTag } from '../requests/status.ts'
import { list, type Problem, readForm, text } from '../web/forms.ts'
import { staff } from '../web/guard.ts'
import { actAtDesk } from './act.ts'
import { approveAtDesk, askAtDesk, declineAtDesk, writeAtDesk } from './decide.ts'
import { findOfCompany, openRequest } from './open-request.ts'

const QuestionForm = Type.Object({ question: Type.String({ minLength: 1, maxLength: longestText }) })
const EmailForm = Type.Object({ email: Type.String({ maxLength: 254 }) })
const decides = { ...staff, fresh: true, redisplay: show }

/** One request at the desk, of a person or of a company: decided, asked about, answered. */
export function deskRequestRoutes(app: App): void {
  app.get('/desk/requests/:number', { config: staff }, (request, reply) => show(request, reply, [], {}))

  app.post('/desk/requests/:number/approval', { config: decides }, (request, reply) =>
    act(request, reply, 'desk.isApproved', async (tx, by) => {
      const about = await findOwn(tx, request)
      if (!about) return await approvePlan(tx, request, by)
      const body = request.body as Record<string, unknown> | undefined
      const { email } = readForm(body, EmailForm)
      await approveAtDesk(tx, { about, by, email, privileges: readPrivileges(body?.['privileges']) })
    }),
  )

  app.post('/desk/requests/:number/refusal', { config: decides }, (request, reply) =>
    act(request, reply, 'desk.isDeclined', async (tx, by) => {
      const about = await findOwn(tx, request)
      if (about) return await declineAtDesk(tx, { about, by, ...readDecline(request.body) })
      const found = await findOfCompany(tx, numberOf(request))
      if (isAboutPrivileges(found.request.kind)) throw new Conflict('desk.notOurs')
      await declineRequest(tx, { ...found, by, ...readDecline(request.body) })
      await record(tx, found, by, 'declined')
    }),
  )

  app.post('/desk/requests/:number/questions', { config: { ...staff, redisplay: show } }, (request, reply) =>
    act(request, reply, 'desk.isAsked', async (tx, by) => {
      const about = await findOwn(tx, request)
      const found = about ? undefined : await findOfCompany(tx, numberOf(request))
      const { question } = readForm(request.body, QuestionForm)
      if (about) return await askAtDesk(tx, { about, by, text: question })
      if (isAboutPrivileges(found!.request.kind)) throw new Conflict('desk.notOurs')
      await askInformation(tx, { ...found!, by, text: question })
      await record(tx, found!, by, 'questioned')
    }),
  )

  app.post('/desk/requests/:number/messages', { config: { ...staff, redisplay: show } }, (request, reply) =>
    act(request, reply, 'requests.messageSent', async (tx, by) => {
      const about = await findOwn(tx, request)
      const found = about ? undefined : await findOfCompany(tx, numberOf(request))
      const message = readForm(request.body, MessageForm)
      if (about) return await writeAtDesk(tx, { about, by, ...message })
      await writeFromDesk(tx, { ...found!, by, ...message })
      await record(tx, found!, by, 'answered')
    }),
  )
}

/** Why a request of a company is declined; the other reasons are about persons who ask to be let in. */
const companyReasons = declineReasons.filter((reason) => reason === 'settled' || reason === 'other')

function act(
  request: FastifyRequest,
  reply: FastifyReply,
  flash: string,
  /** May give other words than `flash`, where something else was done. */
  work: (tx: Db, by: string) => Promise<unknown>,
) {
  return actAtDesk(request, reply, async (tx) => {
    const done = await work(tx, request.person!.id)
    request.flash(typeof done === 'string' ? done : flash)
    return `/desk/requests/${numberOf(request)}`
  })
}

/** A person's request of that number; undefined where it is a company's, or nobody's. */
async function findOwn(tx: Db, request: FastifyRequest) {
  try {
    return await findAccountRequest(tx, numberOf(request))
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/**
 * A company's plan that was held for the desk: done now, under the checker of this moment, or passed on to a colleague,
 * which the words it gives say.
 */
async function approvePlan(tx: Db, request: FastifyRequest, by: string): Promise<string | undefined> {
  const { server } = request
  const { customerId, request: about } = await findOfCompany(tx, numberOf(request))
  const status = await approveForDesk(tx, {
    customerId,
    requestId: about.id,
    by,
    seen: text((request.body as Record<string, unknown>)['seen']),
    today: server.today(),
    publisher: server.publisher(),
    cut: builtInCutter(activeKey(server.packKeys)),
  })
  return status === 'to-colleague' ? 'desk.isPassedOn' : undefined
}

async function record(
  tx: Db,
  { customerId, request }: Awaited<ReturnType<typeof findOfCompany>>,
  by: string,
  done: 'declined' | 'questioned' | 'answered',
): Promise<void> {
  await recordActivity(tx, {
    customerId,
    personId: by,
    verb: `desk-request.${done}`,
    objectKind: 'request',
    objectId: request.id,
    requestId: request.id,
    details: { number: request.number, kind: request.kind },
  })
}

async function show(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const number = numberOf(request)
  const typed = (request.params as { number: string }).number
  if (request.method === 'GET' && typed !== String(number)) {
    return reply.redirect(`/desk/requests/${number}`, 308)
  }
  const { server } = request
  const found = await server.database.forDesk(request.person!.id, (tx) =>
    openRequest(tx, number, { today: server.today(), publisher: server.publisher() }),
  )
  const common = {
    problems,
    values: { ...values, privileges: list(values['privileges']) },
    reasons: declineReasons,
    href: `/desk/requests/${number}`,
  }
  if (found.origin === 'account') {
    const { about, events, showing, customer, contacts } = found
    const page = accountRequestPage(request, about, events, 'desk')
    return reply.page('desk/account-request', { ...page, ...common, showing, company: customer, contacts })
  }
  const { about, customer, lines, plan, change } = found
  const now = found.now && sayHeldNow(request, found.now)
  const isOpen = openRequestStatuses.some((status) => status === about.status)
  const isOwn = about.requestedBy === request.person!.id
  const holds = (about.details['holds'] ?? []) as PlanProblem[]
  return reply.page('desk/company-request', {
    ...common,
    reasons: companyReasons,
    title: request.t('requests.one', { number: request.format.requestNumber(number) }),
    about,
    company: customer,
    lines,
    linePart: partOf(lines, request.query, common.href),
    ofChange: sayChange(request, change),
    tag: statusTag(about.status),
    isOpen: isOpen && !isAboutPrivileges(about.kind),
    plan,
    holds: plan && isOpen ? sayHolds(request, holds) : [],
    now,
    mayApprove: now?.refusals.length === 0 && !plan!.waitsForColleague && !isOwn,
    isOwn,
    approveKey: randomUUID(),
    entries: companyEntries(request, found, 'desk'),
  })
}
