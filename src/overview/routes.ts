import type { FastifyReply, FastifyRequest } from 'fastify'
import { countWaitingPeople } from '../accounts/upgrade/company-queries.ts'
import type { App } from '../app.ts'
import { expiringDays } from '../licenses/filter.ts'
import { listHanded } from '../plans/keep/queries.ts'
import { countAsked } from '../privileges/asked.ts'
import { listSupervisors } from '../privileges/queries.ts'
import { listRequests } from '../requests/queries.ts'
import { statusTag } from '../requests/status.ts'
import { associated } from '../web/guard.ts'
import { countLicenses, countOpenRequests, countToApprove } from './queries.ts'
import { toolsFor } from './tools.ts'

/** Requests named on the overview; the list has the rest. */
const requestsShown = 5

export function overviewRoutes(app: App): void {
  app.get('/c/:customer', { config: associated }, showOverview)
}

async function showOverview(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t } = request
  const { holds } = customer
  const personId = request.person!.id
  const seesLicenses = holds.licensing || holds.reporting
  const [counts, open, latest, supervisors, waiting, handed, toApprove, asked] =
    await request.server.database.readCustomer(customer.id, (tx) =>
      Promise.all([
        seesLicenses ? countLicenses(tx, customer.id, request.server.today()) : null,
        countOpenRequests(tx, customer.id, personId),
        listRequests(tx, customer.id, { scope: { personId, holds }, size: requestsShown }),
        listSupervisors(tx, customer.id),
        countWaitingPeople(tx, customer.id),
        holds.licensing ? listHanded(tx, customer.id, personId) : [],
        holds.licensing ? countToApprove(tx, customer.id, personId) : 0,
        holds.supervisor ? countAsked(tx, customer.id, personId) : 0,
      ]),
    )
  return reply.page('overview/show', {
    title: t('overview.title'),
    counts,
    toApprove,
    asked,
    open,
    days: expiringDays,
    requests: latest.rows.map((row) => ({ ...row, tag: statusTag(row.status) })),
    groups: toolsFor(holds, customer.base),
    supervisors,
    handed: handed.map(({ id, tool, name, by }) => ({
      by: by ?? t('keep.somebody'),
      title: name || t(`plans.tool.${tool}`),
      href: `${customer.base}/plans/${id}`,
    })),
    // R8: who asks to be let in, and who was let in at once and is to be vouched for.
    upgrades: holds.supervisor ? waiting.upgrades : 0,
    newcomers: customer.awaitsConfirmation ? 0 : waiting.newcomers,
    holdsNothing: !seesLicenses && !holds.supervisor,
    // R5: two or more are advised, and it is those who can name another who are told.
    isShortOfSupervisors: holds.supervisor && supervisors.length < 2,
  })
}
