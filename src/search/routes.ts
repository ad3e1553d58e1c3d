import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { countCompanies, listCompanies } from '../customers/queries.ts'
import { listHref } from '../hosts/filter.ts'
import { listHosts } from '../hosts/register.ts'
import { withFilter } from '../licenses/filter.ts'
import { listSummary, sumSummary } from '../licenses/queries.ts'
import { parseRequestNumber } from '../requests/number.ts'
import { countRequests, listRequests } from '../requests/queries.ts'
import { statusTag } from '../requests/status.ts'
import { text } from '../web/forms.ts'
import { requires } from '../web/guard.ts'
import { findConfigurations, findContracts, findOrders, findPeople, named } from './queries.ts'

export function searchRoutes(app: App): void {
  app.get('/c/:customer/search', { config: requires('licensing', 'reporting') }, showSearch)
}

/** Everything of a company that bears what was typed, by kind: the first few, and the way to all of them. */
async function showSearch(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t } = request
  const typed = text((request.query as Record<string, unknown>)['q']).slice(0, 100)
  const found = typed === '' ? null : await search(request, typed)
  return reply.page('search/show', {
    title: typed === '' ? t('search.title') : t('search.titleOf', { text: typed }),
    typed,
    action: `${customer.base}/search`,
    numberProblem: numberProblem(request, typed),
    groups: found,
    isEmpty: found !== null && Object.values(found).every(({ count }) => count === 0),
  })
}

async function search(request: FastifyRequest, typed: string) {
  const { customer, person, server } = request
  const { holds, base } = customer
  const today = server.today()
  const scope = { personId: person!.id, holds }
  const licenses = { text: typed, family: '', show: 'all' as const }
  const hosts = { text: typed, product: '', show: 'all' as const }
  const { database } = server
  const [inCompany, companies, companyCount] = await Promise.all([
    database.readCustomer(customer.id, (tx) =>
      Promise.all([
        listRequests(tx, customer.id, { scope, text: typed, size: named }),
        countRequests(tx, customer.id, { scope, text: typed }),
        listHosts(tx, customer.id, hosts, { asOf: null, size: named }),
        listSummary(tx, customer.id, licenses, today),
        sumSummary(tx, customer.id, licenses, today),
        findOrders(tx, customer.id, typed),
        findContracts(tx, customer.id, typed),
        findConfigurations(tx, customer.id, typed),
        findPeople(tx, customer.id, typed, holds.supervisor),
      ]),
    ),
    database.forPerson(person!.id, (tx) =>
      listCompanies(tx, person!.id, today, { find: typed, size: named }),
    ),
    database.forPerson(person!.id, (tx) => countCompanies(tx, person!.id, typed)),
  ])
  const [requests, requestCount, hostsFound, products, sums, orders, contracts, configurations, people] =
    inCompany
  const allLicenses = withFilter(`${base}/licenses`, licenses)
  const allHosts = listHref(base, hosts)
  return {
    requests: {
      rows: requests.rows.map((row) => ({ ...row, tag: statusTag(row.status) })),
      count: requestCount,
      all: `${base}/requests?${new URLSearchParams({ q: typed })}`,
    },
    hosts: { rows: hostsFound.rows.slice(0, named), count: hostsFound.totals.hosts, all: allHosts },
    products: { rows: products.slice(0, named), count: sums.products, all: allLicenses },
    orders: { ...orders, all: allLicenses },
    contracts: { ...contracts, all: allLicenses },
    configurations: { ...configurations, all: allHosts },
    people: {
      ...people,
      all: holds.supervisor ? `${base}/people?${new URLSearchParams({ q: typed })}` : allHosts,
    },
    companies: {
      rows: companies.rows,
      count: companyCount,
      all: `/switch?${new URLSearchParams({ find: typed })}`,
    },
  }
}

/** A request's number with a digit typed wrong finds nothing: that is said. */
function numberProblem({ t }: FastifyRequest, typed: string): string | null {
  const read = parseRequestNumber(typed)
  const isNumber = 'problem' in read && read.problem === 'request-number.check'
  return isNumber ? t(read.problem, read.params) : null
}
