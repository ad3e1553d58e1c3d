import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { Invalid } from '../errors.ts'
import { isId } from '../ids.ts'
import { list, type Problem, readForm, text } from '../web/forms.ts'
import { requires } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { builtInCutter } from './cutters/built-in.ts'
import { issuePages } from './issue-pages.ts'
import { activeKey } from './keys.ts'
import { retrievePacks } from './retrieval.ts'
import { retrievalPage } from './retrieval-page.ts'
import { listRetrievableIds, mostAtOnce, type RetrievalFilter } from './retrieval-queries.ts'
import { mostChosen, readSelection, writeSelection } from './selection.ts'

const Chosen = Type.Object({
  host: Type.Array(Type.String()),
  /** Hosts ticked on other pages (selection.ts). */
  kept: Type.String({ maxLength: 10_000 }),
  all: Type.String(),
  mail: Type.String(),
})

export function retrievalRoutes(app: App): void {
  issuePages(app)
  app.get('/c/:customer/packs', { config: requires('reporting') }, (request, reply) =>
    showHosts(request, reply, [], {}),
  )
  app.post(
    '/c/:customer/packs',
    { config: { ...requires('reporting'), redisplay: showHosts } },
    (request, reply) => {
      if (isTurn(request.body)) return reply.redirect(turned(request), 303)
      return actOnce(request, reply, async (tx) => {
        const { customer } = request
        const { hostIds, isMailed } = await chosenIn(tx, request)
        const person = request.person!
        const retrieved = await retrievePacks(tx, {
          customerId: customer.id,
          personId: person.id,
          hostIds,
          publisher: app.publisher(),
          today: app.today(),
          cut: builtInCutter(activeKey(app.packKeys)),
          isMailed,
        })
        if (isMailed) request.flash('requests.packsMailed', { email: person.email })
        return `${customer.base}/requests/${retrieved.number}`
      })
    },
  )
}

type Turn = { firstPage?: unknown; nextPage?: unknown; nextKey?: unknown }

/**
 * A button that turns the page was pressed. It goes to the address of its form and is known by its name alone: text
 * browsers know no `formaction`, and send a word of their own for a button without a value.
 */
function isTurn(body: unknown): body is Turn {
  const { firstPage, nextPage } = (body ?? {}) as Turn
  return firstPage !== undefined || nextPage !== undefined
}

/** The other page, with what is ticked kept in its address: nothing is stored, and no script is needed. */
function turned({ body, query, customer }: FastifyRequest): string {
  const { nextPage, nextKey } = body as Turn
  const after = nextPage === undefined ? '' : text(nextKey)
  return href(customer.base, readFilter(query), { after, kept: writeSelection(ticked(body)) })
}

async function showHosts(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const { customer, t } = request
  const filter = readFilter(request.query)
  const chosen = new Set([
    ...readSelection((request.query as { kept?: unknown }).kept),
    ...readSelection(text(values.kept)),
    ...list(values.host),
  ])
  const page = await retrievalPage(request, filter)
  const onPage = new Set(page.hosts.map(({ id }) => id))
  const kept = [...chosen].filter((id) => isId(id) && !onPage.has(id)).slice(0, mostChosen)
  return reply.page('packs/retrieve', {
    ...page,
    title: t('retrieval.title'),
    filter,
    chosen: [...chosen],
    isAll: text(values.all) === 'yes',
    isMailed: text(values.mail) === 'yes',
    kept: writeSelection(kept),
    keptCount: kept.length,
    most: mostAtOnce,
    mostChosen,
    action: href(customer.base, filter, { after: filter.after }),
    clear: href(customer.base, {}, { kept: writeSelection(kept) }),
    forget: href(customer.base, filter, { after: filter.after }),
    problems,
    values: { ...values, q: filter.text },
  })
}

/** The hosts a form names: all that its filter finds, or those ticked here and on other pages. */
async function chosenIn(tx: Db, request: FastifyRequest): Promise<{ hostIds: string[]; isMailed: boolean }> {
  const { all, mail } = readForm(request.body, Chosen)
  const isMailed = mail === 'yes' && request.person!.isConfirmed
  if (all !== 'yes') return { hostIds: ticked(request.body), isMailed }
  const { id } = request.customer
  return { hostIds: await listRetrievableIds(tx, id, readFilter(request.query)), isMailed }
}

function ticked(body: unknown): string[] {
  const { host, kept } = readForm(body, Chosen)
  if (!host.every(isId)) throw new Invalid([{ field: 'host', key: 'retrieval.gone' }])
  const ids = [...new Set([...readSelection(kept), ...host])]
  if (ids.length > mostChosen) {
    throw new Invalid([{ field: 'host', key: 'retrieval.tooManyTicked', params: { most: mostChosen } }])
  }
  return ids
}

function readFilter(query: unknown): RetrievalFilter {
  const given = query as Record<string, unknown>
  return { text: text(given.q).slice(0, 100), after: text(given.after) }
}

type More = { after?: string | undefined; kept?: string }

/** The address of the list, of another page of it, and of its forms (so that a redisplay shows the same page). */
function href(base: string, { text }: RetrievalFilter, more: More): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ q: text, ...more })) if (value) query.set(name, value)
  return query.size > 0 ? `${base}/packs?${query}` : `${base}/packs`
}
