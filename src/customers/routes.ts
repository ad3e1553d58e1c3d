import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { findCustomerOf, type Reached } from '../accounts/access.ts'
import type { App } from '../app.ts'
import { NotFound } from '../errors.ts'
import { readForm } from '../web/forms.ts'
import { signedIn } from '../web/guard.ts'
import { localPath } from '../web/local-path.ts'
import { companyRoutes, showCompanies } from './company-pages.ts'

const CustomerForm = Type.Object({
  customer: Type.String({ minLength: 1, maxLength: 20 }),
  to: Type.String({ maxLength: 4000 }),
})

// Of somebody with more companies than that, the earliest are asked about again.
const mostStays = 500

/** R11 and R12: which of a person's companies is the active one. Opening an address does not switch; these do. */
export function switchRoutes(app: App): void {
  app.get('/switch', { config: signedIn }, (request, reply) => showCompanies(request, reply, 'switch'))
  companyRoutes(app)

  app.post('/switch', { config: signedIn }, async (request, reply) => {
    const form = readForm(request.body, CustomerForm)
    const company = await findOwn(request, form.customer)
    request.session.activeCustomerId = company.id
    request.flash('customers.switched', { number: company.number, name: company.name })
    return reply.redirect(form.to ? localPath(form.to) : company.base, 303)
  })

  app.post('/stay', { config: signedIn }, async (request, reply) => {
    const form = readForm(request.body, CustomerForm)
    const company = await findOwn(request, form.customer)
    const stay = request.session.stay ?? []
    request.session.stay = [...stay.filter((id) => id !== company.id), company.id].slice(-mostStays)
    return reply.redirect(localPath(form.to), 303)
  })

  /** What app.js asks when a tab is looked at again (R12). */
  app.get('/session/active', { config: signedIn, logLevel: 'warn' }, async (request, reply) => {
    const active = request.access?.active
    return reply
      .header('cache-control', 'no-store')
      .send(active ? { number: active.number, name: active.name, href: active.base } : {})
  })
}

async function findOwn({ server, person }: FastifyRequest, number: string): Promise<Reached> {
  const found = await findCustomerOf(server.database, person!.id, number.toUpperCase(), server.today())
  if (!found) throw new NotFound()
  return found
}
