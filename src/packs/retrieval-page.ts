import type { FastifyRequest } from 'fastify'
import { listPackEnds } from './ends.ts'
import { listMatches } from './host-search.ts'
import {
  listRetrievable,
  listRetrievableIds,
  mostAtOnce,
  type RetrievableHost,
  type RetrievalFilter,
} from './retrieval-queries.ts'

function hasPackNow({ placed, issue }: RetrievableHost): boolean {
  return placed > 0 || issue > 0
}

/** A page of hosts with what was found on each and what ends soon, and how many packs the whole filter would give. */
export async function retrievalPage({ server, customer }: FastifyRequest, filter: RetrievalFilter) {
  const { id: customerId } = customer
  return server.database.readCustomer(customerId, async (tx) => {
    const page = await listRetrievable(tx, customerId, filter)
    const ids = page.rows.map(({ id }) => id)
    const isOnePage = !page.next && !filter.after
    const [all, ends, matches] = await Promise.all([
      isOnePage ? [] : listRetrievableIds(tx, customerId, filter),
      listPackEnds(tx, customerId, ids, server.today()),
      filter.text && ids.length > 0 ? listMatches(tx, customerId, ids, filter.text) : new Map(),
    ])
    return {
      hosts: page.rows.map((row) => ({
        ...row,
        endsOn: ends.get(row.id) ?? null,
        matches: matches.get(row.id) ?? [],
      })),
      nextKey: page.next ?? null,
      isLater: Boolean(filter.after),
      /** Packs of all that the filter finds; more than one request gives: one more than that. */
      allCount: isOnePage ? page.rows.filter(hasPackNow).length : all.length,
      isTooMany: all.length > mostAtOnce,
    }
  })
}
