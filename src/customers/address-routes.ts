import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { NotFound } from '../errors.ts'
import { hostIdOf } from '../hosts/address.ts'
import { changePlace, findHostPlace } from '../hosts/change-place.ts'
import { listHref, readFilter } from '../hosts/filter.ts'
import { listAddresses } from '../hosts/list-addresses.ts'
import { reachHost } from '../hosts/notes.ts'
import { builtInCutter } from '../packs/cutters/built-in.ts'
import { activeKey } from '../packs/keys.ts'
import { reissuePacks } from '../packs/reissue.ts'
import { parseRequestNumber } from '../requests/number.ts'
import { findRequest } from '../requests/queries.ts'
import { personOptions, personValue } from '../web/choose-person.ts'
import { type Problem, readForm, text } from '../web/forms.ts'
import { requires } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { CompanyForm, countryOptions, HostPlaceForm } from './address-fields.ts'
import { changeCompany, findCompanyPlace, listContacts } from './change-company.ts'
import { markOf } from './record-change.ts'

const writes = requires('licensing')

/** R1: update addresses and contacts. Each change is a request, with what was and what is. */
export function addressRoutes(app: App): void {
  const tool = '/c/:customer/addresses'
  app.get(tool, { config: writes }, (request, reply) => showAddresses(request, reply))
  app.get(`${tool}/company`, { config: writes }, (request, reply) => showCompany(request, reply))
  app.post(`${tool}/company`, { config: { ...writes, redisplay: showCompany } }, postCompany)
  app.get(`${tool}/hosts/:host`, { config: writes }, (request, reply) => showHostPlace(request, reply))
  app.post(`${tool}/hosts/:host`, { config: { ...writes, redisplay: showHostPlace } }, postHostPlace)
  app.post(`${tool}/:number/packs`, { config: writes }, postPacks)
}

/** The company's address, its contact, and its hosts with theirs. */
async function showAddresses(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, server } = request
  const filter = { ...readFilter(request.query), show: 'active' as const }
  const after = text((request.query as Record<string, unknown>)['after'])
  const [place, people, page] = await server.database.readCustomer(customer.id, (tx) =>
    Promise.all([
      findCompanyPlace(tx, customer.id),
      listContacts(tx, customer.id),
      listAddresses(tx, customer.id, filter, after),
    ]),
  )
  const path = `${customer.base}/addresses`
  const href = (more: Record<string, string>) =>
    listHref(customer.base, { text: filter.text }, more).replace(`${customer.base}/hosts`, path)
  return reply.page('customers/addresses', {
    title: t('addresses.title'),
    here: path,
    place,
    contact: people.find(({ id }) => id === place.contact) ?? null,
    hosts: page.rows,
    filter,
    next: page.next ? href({ after: page.next }) : null,
    first: after ? href({}) : null,
  })
}

async function showCompany(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
) {
  const { customer, t, format, server } = request
  const [place, people] = await server.database.readCustomer(customer.id, (tx) =>
    Promise.all([findCompanyPlace(tx, customer.id), listContacts(tx, customer.id)]),
  )
  const contact = personValue(people, place.contact)
  const current = { ...place, contact, ...values, mark: markOf(place) }
  const options = personOptions(people, t('addresses.contact.nobody'), t)
  const isOffered = place.contact === '' || people.some(({ id }) => id === place.contact)
  return reply.page('customers/company-address', {
    title: t('addresses.company.title', { name: customer.name }),
    here: `${customer.base}/addresses`,
    countries: countryOptions(format, t('addresses.country.none'), text(current.country)),
    people: options && [
      ...options,
      ...(isOffered ? [] : [{ value: place.contact, text: t('addresses.contact.gone') }]),
    ],
    problems,
    values: current,
  })
}

function postCompany(request: FastifyRequest, reply: FastifyReply) {
  const { customer, person } = request
  return actOnce(request, reply, async (tx) => {
    const { mark, ...form } = readForm(request.body, CompanyForm)
    const values = { ...form, email: form.email.toLowerCase() }
    const change = { customerId: customer.id, personId: person!.id, mark, values }
    const { number } = await changeCompany(tx, change)
    return `${customer.base}/requests/${number}`
  })
}

async function showHostPlace(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
) {
  const { customer, t, format, server } = request
  const hostId = hostIdOf(request)
  const { status, ...place } = await server.database.readCustomer(customer.id, (tx) =>
    findHostPlace(tx, customer.id, hostId),
  )
  const current = { ...place, ...values, mark: markOf(place) }
  return reply.page('customers/host-address', {
    title: t('addresses.host.title', { host: place.label }),
    here: `${customer.base}/addresses`,
    hostId,
    label: place.label,
    isRetired: status === 'retired',
    isTriad: place.kind === 'triad',
    countries: countryOptions(format, t('addresses.country.none'), text(current.country)),
    problems,
    values: current,
  })
}

function postHostPlace(request: FastifyRequest, reply: FastifyReply) {
  const { customer, person } = request
  const hostId = hostIdOf(request)
  return actOnce(request, reply, async (tx) => {
    await reachHost(tx, customer.id, hostId)
    const { mark, ...values } = readForm(request.body, HostPlaceForm)
    const change = { customerId: customer.id, hostId, personId: person!.id, mark, values }
    const { number } = await changePlace(tx, change)
    return `${customer.base}/requests/${number}`
  })
}

/** Issues anew the packs whose head a change outdated; they belong to its request. */
function postPacks(request: FastifyRequest, reply: FastifyReply) {
  const { customer, server } = request
  const read = parseRequestNumber((request.params as { number: string }).number)
  if ('problem' in read) throw new NotFound()
  return actOnce(request, reply, async (tx) => {
    const about = await findRequest(tx, customer.id, read.number)
    if (about.kind !== 'update-contacts') throw new NotFound()
    const count = await reissuePacks(tx, {
      ...{ customerId: customer.id, publisher: server.publisher(), today: server.today(), now: new Date() },
      cut: builtInCutter(activeKey(server.packKeys)),
      request: { id: about.id, number: about.number },
      personId: request.person!.id,
      hostId: about.details['hostId'] as string | undefined,
    })
    request.flash('addresses.packs.issued', { count })
    return `${customer.base}/requests/${about.number}`
  })
}
