import type { FastifyReply, FastifyRequest } from 'fastify'
import { findCustomerOf, holdsOf } from '../accounts/access.ts'
import type { App } from '../app.ts'
import { countCustomer } from '../entitlements/count.ts'
import { Forbidden, NotFound } from '../errors.ts'
import type { Privilege } from '../privileges/list.ts'
import { formTokenOf } from './form-token.ts'
import { formerSession } from './former-session.ts'
import { keepLedForm, lead } from './kept-forms.ts'

/** Who may use a route. Every route states one in its config; the app does not boot otherwise. */
export type AccessRule =
  | { kind: 'open' }
  | { kind: 'signed-in' }
  | { kind: 'staff' }
  | { kind: 'associated' }
  | { kind: 'privileged'; anyOf: readonly Privilege[] }

type Stated = { access: AccessRule }

/** Anyone, signed in or not. */
export const open: Stated = { access: { kind: 'open' } }
/** Any signed-in person. */
export const signedIn: Stated = { access: { kind: 'signed-in' } }
/** The publisher's own people: to others these pages do not exist. */
export const staff: Stated = { access: { kind: 'staff' } }
/** Any person associated with the customer in the address. */
export const associated: Stated = { access: { kind: 'associated' } }
/** A person who holds any of these privileges in the company in the address. */
export const requires = (...anyOf: [Privilege, ...Privilege[]]): Stated => ({
  access: { kind: 'privileged', anyOf },
})

/** Makes a route without access, or a company's route open to all, an error at start; checks the rest on request. */
export function registerGuard(app: App): void {
  if (!app.hasDecorator('routeTable')) app.decorate('routeTable', [])
  app.addHook('onRoute', (route) => {
    const access = route.config?.access
    const isOfCustomer = route.url.startsWith('/c/:customer')
    if (!access) throw new Error(`${route.method} ${route.url} does not state who may use it (web/guard.ts)`)
    const takesCustomer = access.kind === 'associated' || access.kind === 'privileged'
    if (takesCustomer !== isOfCustomer) {
      throw new Error(`${route.method} ${route.url}: access "${access.kind}" does not fit this address`)
    }
    for (const method of [route.method].flat()) app.routeTable.push({ method, url: route.url, access })
  })
  app.addHook('onRequest', (request, reply) => checkAccess(app, request, reply))
  app.addHook('preValidation', (request, reply) => keepLedForm(app, request, reply))
}

async function checkAccess(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const access = request.routeOptions.config?.access
  if (!access || access.kind === 'open') return
  if (!request.person) {
    const ended = formerSession(request)
    return ended ? lead(request, reply, '/sign-in', ended) : reply.toSignIn()
  }
  if (access.kind === 'staff' && !request.person.isStaff) throw new NotFound()
  const { fresh, beforeSecondFactor } = request.routeOptions.config
  const { id: personId } = request.person
  const session = () => ({ personId, token: formTokenOf(app.config, request.session.sessionId) })
  if (request.access!.lacksSecondFactor && !beforeSecondFactor) {
    return lead(request, reply, '/account/second-factor/new', session())
  }
  const refusal = await refuse(app, request, reply, access)
  if (refusal) return refusal
  if (fresh && !request.access!.isFresh) return lead(request, reply, '/sign-in/again', session())
}

/** Whether the person may use this route at all, in the company of the address. */
async function refuse(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  access: AccessRule,
): Promise<FastifyReply | undefined> {
  if (access.kind !== 'associated' && access.kind !== 'privileged') return undefined
  const redirect = await reachCustomer(app, request)
  if (redirect) return reply.redirect(redirect, 308)
  if (access.kind === 'privileged' && !access.anyOf.some((privilege) => request.customer.holds[privilege])) {
    throw new Forbidden(access.anyOf)
  }
  return undefined
}

/** Fills request.customer with the company in the address, or throws NotFound; gives an address in right spelling. */
async function reachCustomer(app: App, request: FastifyRequest): Promise<string | undefined> {
  const given = (request.params as { customer: string }).customer
  const number = given.toUpperCase()
  const today = app.today()
  const active = request.access?.active
  const found =
    active?.number === number ? active : await findCustomerOf(app.database, request.person!.id, number, today)
  if (!found) throw new NotFound()
  request.customer = { ...found, ...holdsOf(found, request.person!, app.publisher()) }
  if (given !== number && request.method === 'GET') return request.url.replace(/^\/c\/[^/?]+/, `/c/${number}`)
  if (!found.countedOn || found.countedOn < today) {
    await app.database.forCustomer(found.id, (tx) => countCustomer(tx, found.id, today), {
      deadlineMs: 60_000,
    })
  }
}
