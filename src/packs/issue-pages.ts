import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { NotFound } from '../errors.ts'
import { isId } from '../ids.ts'
import { text } from '../web/forms.ts'
import { requires } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { type Change, comparePacks, countSame, type Fact } from './compare.ts'
import { listPackEnds } from './ends.ts'
import { findPackHost, listIssues, type PackHost, readIssues, retrieveIssue } from './issues.ts'

/** What was issued for one host: every issue, the difference between two, and an earlier one to retrieve. */
export function issuePages(app: App): void {
  const reporting = requires('reporting')
  app.get('/c/:customer/packs/:host', { config: reporting }, showIssues)
  app.get('/c/:customer/packs/:host/difference', { config: reporting }, showDifference)
  app.post('/c/:customer/packs/:host/retrieval', { config: reporting }, (request, reply) =>
    actOnce(request, reply, async (tx) => {
      const { id: customerId, base } = request.customer
      const issue = issueIn((request.body as { issue?: unknown }).issue) ?? 0
      const retrieved = await retrieveIssue(tx, {
        customerId,
        personId: request.person!.id,
        hostId: hostOf(request),
        issue,
      })
      return `${base}/requests/${retrieved.number}`
    }),
  )
}

async function showIssues(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, server } = request
  const hostId = hostOf(request)
  const before = issueIn((request.query as { before?: unknown }).before)
  const [host, page, ends] = await read(request, (tx) =>
    Promise.all([
      findPackHost(tx, customer.id, hostId),
      listIssues(tx, customer.id, hostId, before),
      listPackEnds(tx, customer.id, [hostId], server.today()),
    ]),
  )
  const path = `${customer.base}/packs/${hostId}`
  return reply.page('packs/issues', {
    title: t('retrieval.issues.title', { host: host.label }),
    host,
    issues: page.rows,
    endsOn: ends.get(hostId) ?? null,
    path,
    compare: { from: String(Math.max(1, host.issue - 1)), to: String(host.issue) },
    next: page.next ? `${path}?before=${page.next}` : null,
    first: before ? path : null,
  })
}

async function showDifference(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t } = request
  const hostId = hostOf(request)
  const query = request.query as { from?: unknown; to?: unknown }
  const asked = { from: text(query.from), to: text(query.to) }
  const [from, to] = [issueIn(asked.from), issueIn(asked.to)]
  const [host, texts] = await read(request, (tx) =>
    Promise.all([
      findPackHost(tx, customer.id, hostId),
      readIssues(tx, customer.id, hostId, [from ?? 0, to ?? 0]),
    ]),
  )
  const [before, after] = texts
  const problems = [
    ...(before ? [] : [{ field: 'from', message: noIssue(request, host, 'from') }]),
    ...(after ? [] : [{ field: 'to', message: noIssue(request, host, 'to') }]),
  ]
  if (problems.length > 0) reply.code(422)
  return reply.page('packs/difference', {
    title: t('retrieval.difference.title', { host: host.label }),
    host,
    path: `${customer.base}/packs/${hostId}`,
    values: asked,
    problems,
    found: before && after ? differenceOf(request, before, after) : null,
  })
}

type Text = { issue: number; text: string; at: string }

function differenceOf(request: FastifyRequest, before: Text, after: Text) {
  const changes = comparePacks(before.text, after.text)
  return {
    from: { issue: before.issue, at: new Date(before.at) },
    to: { issue: after.issue, at: new Date(after.at) },
    same: countSame(before.text, after.text),
    rows: changes.map((change) => rowOf(request, change)),
  }
}

function rowOf({ t, format }: FastifyRequest, { kind, what, name, before, after }: Change) {
  const said = ({ name: fact, value }: Fact) => {
    if (fact === 'text') return value
    if (fact === 'until' && value === '') return t('verify.permanent')
    const day = fact === 'until' || fact === 'from'
    const shown = value === 'uncounted' ? t('verify.uncounted') : day ? format.shortDate(value) : value
    return t(`retrieval.fact.${fact}`, { value: shown })
  }
  return {
    kind,
    what: t(`retrieval.what.${what}`),
    name: what === 'header' ? t(`retrieval.header.${name.replace(/\W/g, '').toLowerCase()}`) : name,
    before: before.map(said),
    after: after.map(said),
  }
}

function noIssue({ t }: FastifyRequest, { issue }: PackHost, field: 'from' | 'to'): string {
  return issue === 0
    ? t('retrieval.difference.none')
    : t('retrieval.difference.noSuch', { last: issue, field })
}

function read<T>({ server, customer }: FastifyRequest, work: (tx: Db) => Promise<T>): Promise<T> {
  return server.database.readCustomer(customer.id, work)
}

function hostOf(request: FastifyRequest): string {
  const { host } = request.params as { host: string }
  if (!isId(host)) throw new NotFound()
  return host
}

/** An issue number as it is typed; undefined where it is none. */
function issueIn(value: unknown): number | undefined {
  const typed = text(value)
  return /^[1-9]\d{0,8}$/.test(typed) ? Number(typed) : undefined
}
