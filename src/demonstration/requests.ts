import { and, eq, sql } from 'drizzle-orm'
import type { Database, Db } from '../db.ts'
import { emptyHostForm } from '../hosts/host-form.ts'
import { readFilter } from '../licenses/filter.ts'
import { builtInCutter } from '../packs/cutters/built-in.ts'
import { activeKey, openKeys } from '../packs/keys.ts'
import { retrievePacks } from '../packs/retrieval.ts'
import { createPlan, namePlan, setLine } from '../plans/drafts.ts'
import { planSuccessor } from '../plans/replacement.ts'
import { submitPlan } from '../plans/submit-plan.ts'
import { draftTemporary } from '../plans/temporary.ts'
import { beginUndo } from '../plans/undone.ts'
import { makeFile } from '../reports/make-file.ts'
import { askInformation, cancelRequest, declineRequest } from '../requests/messages.ts'
import { publisher, requests } from '../schema.ts'
import { todayIn } from '../web/format.ts'
import { makeAccountRequests } from './account-requests.ts'
import { type Act, acts, type Becomes, type Line } from './acts.ts'

type Parts = { owner: Database; database: Database; packKeysFolder: string }

/** Drives the verbs that the pages use, as the application's role and in one transaction. */
export async function makeRequests({ owner, database, packKeysFolder }: Parts): Promise<void> {
  const [settings] = await owner.db.select().from(publisher)
  const cut = builtInCutter(activeKey(openKeys(packKeysFolder)))
  const common = { publisher: settings!, today: todayIn(settings!.timeZone), cut }
  const companies = await findCompanies(owner)
  await database.forCustomer([...companies.values()], async (tx) => {
    for (const act of acts) await perform(tx, act, companies.get(act.customer)!, common)
    await makeAccountRequests(tx)
  })
}

type Common = Pick<Parameters<typeof retrievePacks>[1], 'publisher' | 'today' | 'cut'>

async function perform(tx: Db, act: Act, customerId: string, common: Common): Promise<void> {
  const personId = await idOf(tx, sql`people where email = ${act.by}`)
  const by = { customerId, personId }
  if ('report' in act) {
    await makeFile(tx, { ...by, filter: readFilter({}), asOf: null })
    return
  }
  if ('retrieve' in act) {
    const hostIds: string[] = []
    for (const label of act.retrieve) hostIds.push(await hostOf(tx, customerId, label))
    await retrievePacks(tx, { ...common, ...by, hostIds })
    return
  }
  const planId = await planOf(tx, act, by, common)
  if ('isDraft' in act) return
  const person = { id: personId }
  const { requestId } = await submitPlan(tx, { ...common, customerId, planId, person })
  if ('becomes' in act && act.becomes) await settle(tx, { customerId, requestId, personId }, act.becomes)
}

type By = { customerId: string; personId: string }
type Planned = Exclude<Act, { report: true } | { retrieve: string[] }>

/** The draft of an act, ready to be submitted. */
async function planOf(tx: Db, act: Planned, by: By, common: Common): Promise<string> {
  const { customerId, personId } = by
  if ('undo' in act) {
    const requestId = await idOf(
      tx,
      sql`requests where customer_id = ${customerId} and plan_id is not null order by number desc limit 1`,
    )
    return beginUndo(tx, { customerId, requestId, personId, undoHours: common.publisher.undoHours })
  }
  const tool = 'plan' in act ? act.plan : 'replace' in act ? 'replace' : 'temporary'
  const planId = await createPlan(tx, { customerId, tool, personId })
  if ('replace' in act) await replace(tx, act, { customerId, planId }, common)
  else if ('lend' in act) await lend(tx, act, { customerId, planId })
  else {
    if (act.name) await namePlan(tx, { customerId, planId, name: act.name })
    for (const line of act.lines) await addLine(tx, line, { customerId, planId })
  }
  return planId
}

type OfPlan = { customerId: string; planId: string }

async function addLine(tx: Db, { part, from, to, quantity }: Line, plan: OfPlan): Promise<void> {
  const { customerId } = plan
  const entitlementId = await idOf(
    tx,
    sql`entitlements where customer_id = ${customerId} and kind = 'sold'
        and product_id = (select id from products where part_number = ${part})`,
  )
  const fromHostId = from ? await hostOf(tx, customerId, from) : null
  const toHostId = to ? await hostOf(tx, customerId, to) : null
  await setLine(tx, { ...plan, entitlementId, fromHostId, toHostId, quantity })
}

async function replace(
  tx: Db,
  { replace: label, reason, declaration = '', id }: Extract<Act, { replace: string }>,
  plan: OfPlan,
  { publisher: settings }: Common,
): Promise<void> {
  const server = `${label.toLowerCase()}b`
  const values = { ...emptyHostForm, label, id1: id, server1: server }
  const former = await hostOf(tx, plan.customerId, label)
  const { allowAnyHostId, hostIdKinds } = settings
  const options = { publisher: { allowAnyHostId, hostIdKinds }, needsServerNames: false }
  await planSuccessor(tx, { ...plan, ...options, former, reason, declaration, values })
}

async function lend(
  tx: Db,
  { lend: part, to, quantity }: Extract<Act, { lend: string }>,
  plan: OfPlan,
): Promise<void> {
  const productId = await idOf(tx, sql`products where part_number = ${part}`)
  const entitlementId = await draftTemporary(tx, { ...plan, productId, quantity })
  const toHostId = await hostOf(tx, plan.customerId, to)
  await setLine(tx, { ...plan, entitlementId, fromHostId: null, toHostId, quantity })
}

/** What the desk, or who asked, did about a request that waits. */
async function settle(
  tx: Db,
  { customerId, requestId, personId }: By & { requestId: string },
  becomes: Becomes,
) {
  const [request] = await tx
    .select({
      id: requests.id,
      number: requests.number,
      kind: requests.kind,
      requestedBy: requests.requestedBy,
    })
    .from(requests)
    .where(and(eq(requests.customerId, customerId), eq(requests.id, requestId)))
  const about = { customerId, request: request! }
  if (becomes === 'cancelled') return await cancelRequest(tx, { ...about, by: personId })
  const desk = await idOf(tx, sql`people where email = 'desk@demo.example'`)
  if (becomes === 'declined') {
    const text = 'Cette machine a encore utilisé ses licences hier. Cherchez-la d’abord sur le réseau de Pau.'
    return await declineRequest(tx, { ...about, by: desk, reason: 'other', text })
  }
  await askInformation(tx, {
    ...about,
    by: desk,
    text: 'Avez-vous déposé plainte ? Indiquez-nous le numéro.',
  })
}

function hostOf(tx: Db, customerId: string, label: string): Promise<string> {
  return idOf(tx, sql`hosts where customer_id = ${customerId} and label = ${label} and status = 'active'`)
}

async function idOf(tx: Db, from: ReturnType<typeof sql>): Promise<string> {
  const [row] = await tx.execute<{ id: string }>(sql`select id from ${from}`)
  return row!.id
}

async function findCompanies(owner: Database): Promise<Map<string, string>> {
  const numbers = sql.join(
    [...new Set(acts.map(({ customer }) => customer))].map((number) => sql`${number}`),
    sql`, `,
  )
  const rows = await owner.transaction((tx) =>
    tx.execute<{ id: string; number: string }>(
      sql`select id, customer_number as number from customers where customer_number in (${numbers})`,
    ),
  )
  return new Map(rows.map(({ id, number }) => [number, id]))
}
