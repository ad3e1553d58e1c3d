import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Db } from '../db.ts'
import { Invalid } from '../errors.ts'
import { countAct } from '../sign-in/throttle.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { type Invited, invite, listInvitations, resendInvitation, withdrawInvitation } from './invitations.ts'
import { privilegeList } from './list.ts'
import { listNames } from './people.ts'
import { readHolds } from './wish-form.ts'

const EmailForm = Type.Object({ email: Type.String({ minLength: 1, maxLength: 254 }) })
const address = /^[^\s@<>,;"]{1,64}@[^\s@<>,;"]+\.[^\s@<>,;".]{2,}$/
const isRisky = (request: FastifyRequest) => request.url.split('?')[0]!.endsWith('/supervisor')

/** Invitations that nobody has accepted, and the form for another one. */
export async function showInvitations(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const { customer, t } = request
  const [invitations, names] = await request.server.database.readCustomer(customer.id, async (tx) => {
    const found = await listInvitations(tx, customer.id)
    return [found, await listNames(tx, [...new Set(found.map(({ invitedBy }) => invitedBy))])] as const
  })
  // What was typed before a fresh sign-in was asked for stands in the address.
  const typed = request.method === 'GET' ? (request.query as Record<string, unknown>) : values
  return reply.page('privileges/invitations', {
    title: t('privileges.invite.title'),
    invitations: invitations.map((one) => ({ ...one, by: names.get(one.invitedBy) ?? '' })),
    privilegeList,
    problems,
    values: typed,
    isRisky: isRisky(request),
    action: isRisky(request)
      ? `${customer.base}/people/invitations/supervisor`
      : `${customer.base}/people/invitations`,
  })
}

/** Sends an invitation. One that would make a supervisor takes a fresh sign-in: then it goes on at that address. */
export async function postInvitation(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  const email = readForm(request.body, EmailForm).email.toLowerCase()
  if (!address.test(email)) throw new Invalid([{ field: 'email', key: 'privileges.invite.noAddress' }])
  const holds = readHolds(request.body)
  const today = request.server.today()
  const privileges: Invited = privilegeList.flatMap((privilege) => {
    const held = holds[privilege]
    return held ? [{ privilege, until: held.until }] : []
  })
  const past = privileges.find(({ until }) => until && until < today)
  if (past) {
    const params = { date: past.until }
    throw new Invalid([{ field: `${past.privilege}Until`, key: 'privileges.refusal.past', params }])
  }
  const path = `${customer.base}/people/invitations`
  if (holds.supervisor && !isRisky(request) && !request.access!.isFresh) {
    const fields = privileges.flatMap(({ privilege, until }) => [
      [privilege, 'yes'],
      ...(until ? [[`${privilege}Until`, until]] : []),
    ])
    return reply.redirect(`${path}/supervisor?${new URLSearchParams([['email', email], ...fields])}`, 303)
  }
  return actOnce(request, reply, async (tx) => {
    const { locale: language } = request
    await countMail(tx, customer.id, email)
    await invite(tx, { customer, by: request.person!.id, email, privileges, language })
    request.flash('privileges.invite.sent', { email })
    return path
  })
}

/** An invitation goes to any address at all: nobody's mailbox is filled by a company, nor many of them at once. */
async function countMail(tx: Db, customerId: string, email: string): Promise<void> {
  const limits = [
    { key: `invitation ${customerId} ${email}`, tries: 5, minutes: 60 },
    { key: `invitations ${customerId}`, tries: 100, minutes: 60 },
  ]
  await countAct(tx, limits, 'privileges.invite.tooMany')
}

const idIn = (request: FastifyRequest) => (request.params as { invitation: string }).invitation

export async function postResend(request: FastifyRequest, reply: FastifyReply) {
  const { customer, locale: language } = request
  return actOnce(request, reply, async (tx) => {
    const by = request.person!.id
    const email = await resendInvitation(tx, { customer, id: idIn(request), by, language })
    await countMail(tx, customer.id, email)
    request.flash('privileges.invite.sent', { email })
    return `${customer.base}/people/invitations`
  })
}

export async function postWithdrawal(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  return actOnce(request, reply, async (tx) => {
    const email = await withdrawInvitation(tx, customer.id, idIn(request), request.person!.id)
    request.flash('privileges.invite.withdrawn', { email })
    return `${customer.base}/people/invitations`
  })
}
