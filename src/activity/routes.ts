import type { FastifyReply, FastifyRequest } from 'fastify'
import { listAssociations } from '../accounts/access.ts'
import type { App } from '../app.ts'
import { requires, signedIn, staff } from '../web/guard.ts'
import { encodeCursor, pageSize, placeIn } from '../web/paging.ts'
import { activityCsv } from './csv.ts'
import { isFiltered, readFilter, withFilter, wrongDays } from './filter.ts'
import { lineOf } from './lines.ts'
import {
  type ActivityKey,
  type ActivityRow,
  listActivity,
  listPersonActivity,
  listPublisherActivity,
} from './queries.ts'
import { companyNouns, nouns } from './verbs.ts'

/** Lines of one page for printing: some 40 sheets. */
const mostPrinted = 1000

/** Who did what to what, when and from where: the company's for its supervisors, one's own, and all for the desk. */
export function activityRoutes(app: App): void {
  app.get('/c/:customer/activity', { config: requires('supervisor') }, (request, reply) =>
    showActivity(request, reply, ofCompany(request), `${request.customer.base}/activity`),
  )
  app.get('/c/:customer/activity.csv', { config: requires('supervisor') }, (request, reply) =>
    sendCsv(request, reply, ofCompany(request), `activity-${request.customer.number}.csv`),
  )
  app.get('/account/activity', { config: signedIn }, (request, reply) =>
    showActivity(request, reply, ofPerson(request), '/account/activity'),
  )
  app.get('/account/activity.csv', { config: signedIn }, (request, reply) =>
    sendCsv(request, reply, ofPerson(request), 'activity.csv'),
  )
  app.get('/desk/activity', { config: staff }, (request, reply) =>
    showActivity(request, reply, ofAll(request), '/desk/activity'),
  )
  app.get('/desk/activity.csv', { config: staff }, (request, reply) =>
    sendCsv(request, reply, ofAll(request), 'activity.csv'),
  )
}

/** Rows after a key, latest first, up to `size` and one more. */
export type ReadActivity = (after: ActivityKey | undefined, size: number) => Promise<ActivityRow[]>

function ofCompany({ customer, server, query }: FastifyRequest): ReadActivity {
  const asked = { filter: readFilter(query), timeZone: server.publisher().timeZone }
  return (after, size) =>
    server.database.readCustomer(
      customer.id,
      (tx) => listActivity(tx, [customer.id], { ...asked, after, size }),
      { atOnce: true },
    )
}

function ofAll({ person, server, query }: FastifyRequest): ReadActivity {
  const asked = { filter: readFilter(query), timeZone: server.publisher().timeZone }
  return async (after, size) => {
    const [theirs, own] = await server.database.forDesk(person!.id, (tx) =>
      Promise.all([
        listActivity(tx, undefined, { ...asked, after, size }),
        listPublisherActivity(tx, { ...asked, after, size }),
      ]),
    )
    return merge([theirs, own], size)
  }
}

/** What a person did in their companies and to their own account, as one list. */
function ofPerson({ person, server, query }: FastifyRequest): ReadActivity {
  const { database } = server
  const asked = { filter: readFilter(query), timeZone: server.publisher().timeZone }
  return async (after, size) => {
    const { id } = person!
    const companies = await database.forPerson(id, (tx) => listAssociations(tx, id))
    const ids = companies.map((company) => company.id)
    const found = await Promise.all([
      ids.length === 0
        ? []
        : database.readCustomer(ids, (tx) => listActivity(tx, ids, { ...asked, after, size }, id)),
      listPersonActivity(database.db, id, { ...asked, after, size }),
      person!.isStaff ? listPublisherActivity(database.db, { ...asked, after, size }, id) : [],
    ])
    return merge(found, size)
  }
}

function merge(lists: ActivityRow[][], size: number): ActivityRow[] {
  return lists
    .flat()
    .sort(latestFirst)
    .slice(0, size + 1)
}

// Written by one database in one zone: as text they sort as they do in time, but for digits left out at the end.
function latestFirst(a: ActivityRow, b: ActivityRow): number {
  const inTime = Date.parse(b.at) - Date.parse(a.at)
  if (inTime !== 0) return inTime
  return a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at.padEnd(40, '0') < b.at.padEnd(40, '0') ? 1 : -1
}

async function showActivity(
  request: FastifyRequest,
  reply: FastifyReply,
  read: ReadActivity,
  path: string,
): Promise<FastifyReply> {
  const { t, customer } = request
  const kind = customer ? 'company' : path === '/desk/activity' ? 'desk' : 'own'
  const filter = readFilter(request.query)
  const wrong = wrongDays(request.query)
  if (wrong.length > 0) reply.code(422)
  const after = placeIn((request.query as { after?: unknown }).after)
  const isLong = (request.query as { pages?: string }).pages === 'long'
  const size = isLong ? mostPrinted : pageSize
  const found = await read(after, size)
  const rows = found.slice(0, size)
  const last = rows.at(-1)
  const isMore = found.length > size
  return reply.page('activity/list', {
    title: t(`activity.title.${kind}`),
    lead: t(`activity.lead.${kind}`, { name: customer?.name ?? '' }),
    kind,
    lines: rows.map((row) => lineOf(row, request)),
    values: { q: filter.text, ...filter, ...Object.fromEntries(wrong.map((one) => [one.field, one.typed])) },
    problems: wrong.map(({ field, why }) => ({ field, message: t(`activity.${why}`) })),
    nouns: kind === 'desk' ? nouns : companyNouns,
    isFiltered: isFiltered(filter),
    path,
    csv: withFilter(`${path}.csv`, filter),
    long: !isLong && (isMore || after) ? withFilter(path, filter, { isLong: true }) : null,
    next: isMore ? withFilter(path, filter, { after: encodeCursor([last!.at, last!.id]), isLong }) : null,
    first: after ? withFilter(path, filter, { isLong }) : null,
  })
}

/** A filter that cannot be read gives no file of everything: it comes back as the page that says so. */
function sendCsv(request: FastifyRequest, reply: FastifyReply, read: ReadActivity, name: string) {
  const [path = ''] = request.url.split('?')
  if (wrongDays(request.query).length > 0)
    return showActivity(request, reply, read, path.replace(/\.csv$/, ''))
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(activityCsv(read, request))
}
