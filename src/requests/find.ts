import type { FastifyReply, FastifyRequest } from 'fastify'
import { baseOf, listAssociations } from '../accounts/access.ts'
import { text } from '../web/forms.ts'
import { exists, listSupervised, listUpgradesOf } from './account/find.ts'
import { formatRequestNumber, parseRequestNumber } from './number.ts'
import { listOwners } from './queries.ts'

/**
 * Finds a request by its number in all companies of the person, the active one (or the one in `in`) first, and goes
 * to its page; says what is wrong with the number, or that none of them has it.
 */
export async function findByNumber(request: FastifyRequest, reply: FastifyReply) {
  const query = request.query as Record<string, unknown>
  if (query.number === undefined) return showBox(request, reply, 200, '', null)
  const typed = text(query.number).slice(0, 100)
  const read = parseRequestNumber(typed)
  if ('problem' in read) return showBox(request, reply, 422, typed, request.t(read.problem, read.params))
  const first = text(query.in) || request.access?.active?.number
  const found = await findCompany(request, read.number, first)
  if (found) return reply.redirect(`${found.base}/requests/${read.number}`)
  const place = await findElsewhere(request, read.number)
  if (place) return reply.redirect(place)
  const problem = request.t('requests.find.none', { number: formatRequestNumber(read.number) })
  return showBox(request, reply, 404, typed, problem)
}

async function findCompany(request: FastifyRequest, number: number, first: string | undefined) {
  const { database } = request.server
  const personId = request.person!.id
  const companies = await database.forPerson(personId, (tx) => listAssociations(tx, personId))
  if (companies.length === 0) return undefined
  const ids = companies.map(({ id }) => id)
  const owners = await database.readCustomer(ids, (tx) => listOwners(tx, ids, number))
  const theirs = companies.filter(({ id }) => owners.includes(id))
  return theirs.find((company) => company.number === first) ?? theirs[0]
}

/** A person's own before any customer; an upgrade that a company of theirs decides; at the desk any of all. */
async function findElsewhere(request: FastifyRequest, number: number): Promise<string | undefined> {
  const { database } = request.server
  const person = request.person!
  const own = await database.forPerson(person.id, (tx) => listUpgradesOf(tx, person.id, number))
  if (own.some(({ personId }) => personId === person.id)) return `/requests/${number}`
  if (person.isStaff && (await database.forDesk(person.id, (tx) => exists(tx, number)))) {
    return `/desk/requests/${number}`
  }
  const companies = await database.forPerson(person.id, (tx) => listSupervised(tx, person.id))
  if (companies.length === 0) return undefined
  const ids = companies.map(({ id }) => id)
  const [upgrade] = await database.readCustomer(ids, (tx) => listUpgradesOf(tx, null, number))
  const company = companies.find(({ id }) => id === upgrade?.customerId)
  return company && `${baseOf(company.number)}/upgrades/${number}`
}

function showBox(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  typed: string,
  message: string | null,
) {
  return reply.code(status).page('requests/find', {
    title: request.t('requests.find.title'),
    problems: message === null ? [] : [{ field: 'number', message }],
    values: { number: typed },
  })
}
