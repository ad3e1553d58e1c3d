import { eq, sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { baseOf } from '../accounts/access.ts'
import { NameField } from '../accounts/profile-fields.ts'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { newId } from '../ids.ts'
import { people } from '../schema.ts'
import { checkChosenPassword, chosenPasswordFields, shortestPassword } from '../sign-in/chosen-password.ts'
import { findExclusiveIssuer } from '../sign-in/oidc/issuers.ts'
import { hashPassword } from '../sign-in/password.ts'
import { setPassword } from '../sign-in/set-password.ts'
import { passFirst } from '../sign-in/steps.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { acceptInvitation, companyOfToken, findInvitation, type Invitation } from './invitations.ts'
import { listNames } from './people.ts'
import { isUsable } from './usable.ts'

const AccountForm = Type.Object({ name: NameField, ...chosenPasswordFields })

type Found = {
  invitation: Invitation & { acceptedBy: string | null }
  company: { id: string; number: string; name: string }
  by: string
  /** Whoever has the invited address signs in: they have an account, or their company's issuer says who they are. */
  signsIn: boolean
}

const tokenIn = (request: FastifyRequest) => (request.params as { token: string }).token

/** Where the mailed link of an invitation leads. Opening it does nothing: accepting is a form. */
export async function showInvitation(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const { t, person } = request
  reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
  const found = await find(request).catch((error: unknown) => {
    if (error instanceof NotFound) return undefined
    throw error
  })
  const isMine = found?.invitation.acceptedBy && found.invitation.acceptedBy === person?.id
  if (found && isMine) return reply.redirect(baseOf(found.company.number), 303)
  if (!found || found.invitation.acceptedBy) {
    return reply.code(404).page('privileges/dead-invitation', { title: t('privileges.accept.dead') })
  }
  const isInvited = person?.email === found.invitation.email
  return reply.page('privileges/acceptance', {
    title: t('privileges.accept.title', { name: found.company.name }),
    ...found,
    state: person ? (isInvited ? 'accept' : 'other') : found.signsIn ? 'sign-in' : 'new',
    shortest: shortestPassword,
    action: `/invitations/${tokenIn(request)}`,
    problems,
    values,
  })
}

/** Accepts as whoever is signed in with the invited address; else makes their account with a name and a password. */
export async function postAcceptance(request: FastifyRequest, reply: FastifyReply) {
  const { person, server } = request
  const token = tokenIn(request)
  const found = await find(request)
  const { company, invitation, signsIn } = found
  const place = baseOf(company.number)
  if (person?.id && person.id === invitation.acceptedBy) return reply.redirect(place, 303)
  if (invitation.acceptedBy) throw new NotFound()
  if (person && person.email === invitation.email) {
    await server.database.forCustomer(company.id, (tx) => accept(tx, request, person.id))
    request.flash('privileges.accept.done', { name: company.name })
    return reply.redirect(place, 303)
  }
  // Of another address, or of one with an account: the page says what to do.
  if (person || signsIn) return reply.redirect(`/invitations/${token}`, 303)
  const form = readForm(request.body, AccountForm)
  checkChosenPassword(form, [invitation.email, form.name, server.publisher().name])
  const passwordHash = await hashPassword(form.password)
  const made = await server.database.forCustomer(company.id, async (tx) => {
    const personId = await makeAccount(tx, request, {
      email: invitation.email,
      name: form.name,
      passwordHash,
    })
    await accept(tx, request, personId)
    return personId
  })
  request.flash('privileges.accept.done', { name: company.name })
  return passFirst(request, reply, { personId: made, to: place, way: 'password' })
}

async function accept(tx: Db, request: FastifyRequest, personId: string): Promise<void> {
  await acceptInvitation(tx, { token: tokenIn(request), personId, today: request.server.today() })
}

/** Reading the mail shows that the address is theirs: it counts as confirmed. */
async function makeAccount(
  tx: Db,
  { server, locale }: FastifyRequest,
  { email, name, passwordHash }: { email: string; name: string; passwordHash: string },
): Promise<string> {
  await tx.insert(people).values({ id: newId(), email, name, language: locale }).onConflictDoNothing()
  const [person] = await tx
    .update(people)
    .set({ name: sql`coalesce(nullif(${people.name}, ''), ${name})` })
    .where(eq(people.email, email))
    .returning({ id: people.id })
  await setPassword(tx, { personId: person!.id, passwordHash, publisher: server.publisher().name, locale })
  return person!.id
}

async function find(request: FastifyRequest): Promise<Found> {
  const token = tokenIn(request)
  return request.server.database.readCustomer(companyOfToken(token), async (tx) => {
    const invitation = await findInvitation(tx, token)
    const [company] = await tx.execute<Found['company']>(sql`
      select id, customer_number as number, name from customers where id = ${companyOfToken(token)}`)
    const [account] = await tx.execute<{ id: string }>(sql`
      select p.id from people p where p.email = ${invitation.email} and ${isUsable}`)
    const names = await listNames(tx, [invitation.invitedBy])
    const issuer = await findExclusiveIssuer(tx, invitation.email)
    const signsIn = Boolean(account ?? issuer)
    return { invitation, company: company!, by: names.get(invitation.invitedBy) ?? '', signsIn }
  })
}
