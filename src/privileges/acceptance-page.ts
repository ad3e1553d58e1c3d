import { eq, sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { baseOf } from '../accounts/access.ts'
import { NameField } from '../accounts/profile-fields.ts'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { newId } from '../ids.ts'
import { people } from '../schema.ts'
import { checkChosenPassword, chosenPasswordFields, shortestPassword } from '../sign-in/chosen-password.ts'
import { answerAgain } from '../sign-in/link-form.ts'
import { findExclusiveIssuer } from '../sign-in/oidc/issuers.ts'
import { hashPassword } from '../sign-in/password.ts'
import { acceptForm } from '../sign-in/same-form.ts'
import { setPassword } from '../sign-in/set-password.ts'
import { passFirst } from '../sign-in/steps.ts'
import { Forged, isOwnForm } from '../web/forgery.ts'
import { formTokenOf } from '../web/form-token.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { acceptInvitation, companyOfToken, findInvitation, type Invitation } from './invitations.ts'
import { listNames } from './people.ts'
import { isUsable } from './usable.ts'

const AccountForm = Type.Object({ name: NameField, ...chosenPasswordFields })

type Account = typeof people.$inferSelect
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
  const found = await findGood(request)
  const isMine = found?.invitation.acceptedBy && found.invitation.acceptedBy === person?.id
  if (found && isMine) return reply.redirect(baseOf(found.company.number), 303)
  if (!found || found.invitation.acceptedBy) return showDead(request, reply)
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

/** `isUsed`: it has made the account, by another form, with another password. */
function showDead(request: FastifyRequest, reply: FastifyReply, { isUsed = false } = {}) {
  const title = request.t('privileges.accept.dead')
  reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
  return reply.code(404).page('privileges/dead-invitation', { title, isUsed })
}

/** Accepts as whoever is signed in with the invited address; else makes their account with a name and a password. */
export async function postAcceptance(request: FastifyRequest, reply: FastifyReply) {
  const found = await findGood(request)
  if (!found) return showDead(request, reply)
  const { person } = request
  const { invitation, signsIn } = found
  const isAccepted = invitation.acceptedBy !== null
  // What was typed into a form that makes an account is not passed over in silence.
  const isOfAccount = isAccepted && 'password' in Object(request.body)
  if (person?.email === invitation.email && !isOfAccount) return acceptAs(request, reply, found, person.id)
  // Of another address, or of one with an account: the page says what to do.
  if (!isAccepted && (person || signsIn)) return reply.redirect(`/invitations/${tokenIn(request)}`, 303)
  const form = readForm(request.body, AccountForm)
  return join(request, reply, found, form).catch(async (error: unknown) => {
    if (!(error instanceof NotFound)) throw error
    const { password } = form
    const flash = doneBy(found)
    const again = await answerAgain(request, reply, { owner: await findAccepter(request), password, flash })
    return again ?? showDead(request, reply, { isUsed: true })
  })
}

/** Twice at once, or from two windows, the second finds that it is done. */
async function acceptAs(request: FastifyRequest, reply: FastifyReply, found: Found, personId: string) {
  const { server } = request
  const { company, invitation } = found
  let { acceptedBy } = invitation
  if (!acceptedBy) {
    // A form that was made before signing in does not act for who is signed in.
    const token = formTokenOf(server.config, request.session.sessionId)
    if (!isOwnForm(server, request, token)) throw new Forged(false)
    acceptedBy = await server.database
      .forCustomer(company.id, (tx) => accept(tx, request, personId))
      .then(() => personId)
      .catch(async (error: unknown) => {
        if (error instanceof NotFound) return (await findAccepter(request))?.id ?? null
        throw error
      })
    if (acceptedBy === personId) request.flash(...doneBy(found))
  }
  return acceptedBy === personId ? reply.redirect(baseOf(company.number), 303) : showDead(request, reply)
}

type Form = Static<typeof AccountForm>

/** Makes the account, and lets it into the company. Throws NotFound where the invitation is no longer good. */
async function join(request: FastifyRequest, reply: FastifyReply, found: Found, form: Form) {
  const { server } = request
  const { company, invitation } = found
  if (invitation.acceptedBy) throw new NotFound()
  checkChosenPassword(form, [invitation.email, form.name, server.publisher().name])
  const { name } = form
  const passwordHash = await hashPassword(form.password)
  const to = baseOf(company.number)
  const made = await server.database.forCustomer(company.id, async (tx) => {
    const personId = await makeAccount(tx, request, { email: invitation.email, name, passwordHash })
    await accept(tx, request, personId)
    return { personId, isRepeated: await acceptForm(tx, request, personId, to) }
  })
  request.flash(...doneBy(found))
  return passFirst(request, reply, { ...made, to, way: 'password' })
}

function doneBy({ company: { name } }: Found): [key: string, params: Record<string, unknown>] {
  return ['privileges.accept.done', { name }]
}

async function accept(tx: Db, request: FastifyRequest, personId: string): Promise<void> {
  await acceptInvitation(tx, { token: tokenIn(request), personId, today: request.server.today() })
}

/** Who has accepted with this link; undefined where nobody has. */
async function findAccepter(request: FastifyRequest): Promise<Account | undefined> {
  const { db } = request.server.database
  const found = await findGood(request)
  if (!found?.invitation.acceptedBy) return undefined
  const [person] = await db.select().from(people).where(eq(people.id, found.invitation.acceptedBy))
  return person
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

/** Undefined where there is none, or it is withdrawn or too old. */
async function findGood(request: FastifyRequest): Promise<Found | undefined> {
  return find(request).catch((error: unknown) => {
    if (error instanceof NotFound) return undefined
    throw error
  })
}

async function find(request: FastifyRequest): Promise<Found> {
  const token = tokenIn(request)
  return request.server.database.readCustomer(companyOfToken(token), async (tx) => {
    const invitation = await findInvitation(tx, token)
    const [company] = await tx.execute<Found['company']>(sql`
      select id, customer_number as number, name from customers where id = ${companyOfToken(token)}`)
    const [account] = await tx.execute<{ id: string }>(sql`
      select p.id from people p where p.email = ${invitation.email} and ${isUsable}`)
    // An account that has come about a moment ago may have done so by this very invitation: it is read once more then.
    const current = account ? await findInvitation(tx, token) : invitation
    const names = await listNames(tx, [invitation.invitedBy])
    const issuer = await findExclusiveIssuer(tx, invitation.email)
    const signsIn = Boolean(account ?? issuer)
    return { invitation: current, company: company!, by: names.get(invitation.invitedBy) ?? '', signsIn }
  })
}
