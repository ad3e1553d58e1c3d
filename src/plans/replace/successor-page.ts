import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../../db.ts'
import { Invalid } from '../../errors.ts'
import { findHostInService, findPlannedHost } from '../../hosts/planned.ts'
import type { Problem } from '../../web/forms.ts'
import { readForm } from '../../web/forms.ts'
import { actOnce } from '../../web/once.ts'
import { checkPlan } from '../check-plan.ts'
import { touchDraft } from '../drafts.ts'
import { newHostForm } from '../new-host-form.ts'
import { HostFields } from '../new-host-page.ts'
import { idsOf, planPath } from '../open-draft.ts'
import { planSuccessor } from '../replacement.ts'
import { toolFrame } from '../tool-frame.ts'
import { findFormer, whyNotReplace } from './former.ts'
import { findReplacement, listOnFormer, type OnFormer } from './queries.ts'

/**
 * Third question of Replace hardware: what the new hardware is. It begins with all that is known of the host, so that
 * one machine of a triad, or one machine more or less, is a single step; the name stays.
 */
export async function showSuccessor(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  typed: Record<string, unknown> = {},
) {
  const { customer, plan, t } = request
  const { host } = idsOf(request)
  const found = await request.server.database.readCustomer(customer.id, async (tx) => {
    const ids = { customerId: customer.id, planId: plan.id }
    const { former, successor } = await findReplacement(tx, ids)
    if (former !== host) return null
    const refusal = whyNotReplace(await findFormer(tx, customer.id, host))
    if (refusal) return null
    const [before, known, placed] = await Promise.all([
      findHostInService(tx, customer.id, host),
      successor ? findPlannedHost(tx, { ...ids, hostId: successor }) : null,
      listOnFormer(tx, customer.id, host),
    ])
    return { before, known: known ?? before, placed }
  })
  const from = `${planPath(request, plan.id)}/from`
  // Another tab has chosen another host, none was chosen yet, or it was emptied: the question before comes first.
  if (!found) return reply.redirect(`${from}/${host}/reason`, 303)
  const { before, known, placed } = found
  const isCounted = placed.some((one) => one.isCounted && one.goesAlong)
  const locked = placed.find((one) => one.isLocked && one.goesAlong)
  const back = `${from}/${host}/reason`
  const form = newHostForm(request, {
    ...{ problems, typed, known, isCounted, mayBeTriad: !locked || before.kind === 'triad' },
    ...{ path: `${from}/${host}/successor`, back },
  })
  return reply.page('plans/new-host', {
    ...form,
    ...toolFrame(request, [
      { step: 'from', href: from },
      { step: 'reason', href: back },
    ]),
    step: 'successor',
    title: t(form.kind === 'triad' ? 'plans.replace.successor.titleTriad' : 'plans.replace.successor.title', {
      host: before.label,
    }),
    lead: t(`plans.replace.successor.lead.${locked ? 'locked' : before.kind}`, { host: before.label }),
    fixedLabel: before.label,
    kindsReason: locked
      ? t('plans.replace.successor.locked', { product: locked.product, host: before.label })
      : null,
    check: `${customer.base}/plans/host-id-check?host=${host}`,
    along: alongInWords(placed),
  })
}

/** What goes to the new hardware, and what goes back to the pool instead. */
function alongInWords(placed: readonly OnFormer[]) {
  const shown = 20
  const goes = placed.filter(({ goesAlong }) => goesAlong)
  const returns = placed.filter(({ goesAlong }) => !goesAlong)
  return {
    goes: goes.slice(0, shown),
    moreGoes: Math.max(0, goes.length - shown),
    returns: returns.slice(0, shown),
    moreReturns: Math.max(0, returns.length - shown),
  }
}

export async function setSuccessor(request: FastifyRequest, reply: FastifyReply) {
  const { customer, plan, server } = request
  const { host } = idsOf(request)
  const values = readForm(request.body, HostFields)
  return actOnce(request, reply, async (tx) => {
    const ids = { customerId: customer.id, planId: plan.id }
    // Two tabs that name the successor at once name the same one.
    await touchDraft(tx, ids)
    const { former, successor, reason, declaration } = await findReplacement(tx, ids)
    const isThere = former === host && !whyNotReplace(await findFormer(tx, customer.id, host))
    if (!isThere || !reason) return `${planPath(request, plan.id)}/from/${host}/reason`
    const [{ label }, placed] = await Promise.all([
      findHostInService(tx, customer.id, host),
      listOnFormer(tx, customer.id, host),
    ])
    await planSuccessor(tx, {
      ...ids,
      former,
      ...(successor ? { successor } : {}),
      reason,
      declaration,
      values: { ...values, label },
      publisher: server.publisher(),
      needsServerNames: placed.some((one) => one.isCounted && one.goesAlong),
    })
    await refuseFormer(tx, request)
    return planPath(request, plan.id)
  })
}

/** The form begins with the machine that is there: sent as it is, it names nothing new. The checker says the same. */
async function refuseFormer(tx: Db, { customer, plan, server }: FastifyRequest): Promise<void> {
  const { problems } = await checkPlan(tx, {
    customerId: customer.id,
    planId: plan.id,
    today: server.today(),
    publisher: server.publisher(),
  })
  const same = problems.find(({ key }) => /[.](stillThere|nothingNew)$/.test(key))
  if (same) throw new Invalid([{ ...same, field: 'id1' }])
}
