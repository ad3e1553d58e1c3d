import { sql } from 'drizzle-orm'
import type { Database, Db } from '../db.ts'
import { readFilter } from '../licenses/filter.ts'
import { builtInCutter } from '../packs/cutters/built-in.ts'
import { activeKey, openKeys } from '../packs/keys.ts'
import { retrievePacks } from '../packs/retrieval.ts'
import { createPlan, namePlan, setLine } from '../plans/drafts.ts'
import type { Tool } from '../plans/queries.ts'
import { submitPlan } from '../plans/submit-plan.ts'
import { makeFile } from '../reports/make-file.ts'
import { publisher } from '../schema.ts'
import { todayIn } from '../web/format.ts'
import { makeAccountRequests } from './account-requests.ts'

type Parts = { owner: Database; database: Database; packKeysFolder: string }

type Line = { part: string; from?: string; to?: string; quantity: number }
type Act = { customer: string; by: string } & (
  | { plan: Tool; name?: string; lines: Line[]; isDraft?: true }
  | { retrieve: string[] }
  | { report: true }
)

/** What people of the demonstration did before the reader came, in order. */
const acts: Act[] = [
  {
    customer: '100234',
    by: 'licensing@demo.example',
    plan: 'configure',
    name: 'Schémas, bureau de Nantes',
    lines: [{ part: 'TRC-2000-F', to: 'NAN-LIC-01', quantity: 1 }],
  },
  {
    customer: '100234',
    by: 'both@demo.example',
    plan: 'configure',
    lines: [{ part: 'FRM-0900-N', to: 'LYO-CAD-35', quantity: 1 }],
  },
  {
    customer: '100234',
    by: 'licensing@demo.example',
    plan: 'move',
    lines: [{ part: 'FRM-1000-F', from: 'MET-CAD-12', to: 'LYO-CAD-07', quantity: 1 }],
  },
  { customer: '100234', by: 'reporting@demo.example', retrieve: ['LYO-CAD-07', 'NAN-LIC-01'] },
  { customer: '100234', by: 'reporting@demo.example', report: true },
  {
    customer: '100234',
    by: 'licensing@demo.example',
    plan: 'configure',
    name: 'Lyon',
    lines: [{ part: 'FRM-1000-F', to: 'LYO-CAD-10', quantity: 2 }],
    isDraft: true,
  },
  {
    customer: '100871',
    by: 'open@demo.example',
    plan: 'configure',
    lines: [{ part: 'ATL-5400-N', to: 'LAMINOIR-6', quantity: 1 }],
  },
  { customer: '100871', by: 'open@demo.example', retrieve: ['BREST-LIC'] },
  {
    customer: '100990',
    by: 'several@demo.example',
    plan: 'configure',
    lines: [{ part: 'TRC-2200-F', to: 'KIEL-TRIAS', quantity: 2 }],
  },
]

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
  const host = (label: string | undefined) =>
    label
      ? idOf(tx, sql`hosts where customer_id = ${customerId} and label = ${label} and status = 'active'`)
      : null
  if ('report' in act) {
    await makeFile(tx, { customerId, personId, filter: readFilter({}) })
  } else if ('retrieve' in act) {
    const hostIds: string[] = []
    for (const label of act.retrieve) hostIds.push((await host(label))!)
    await retrievePacks(tx, { ...common, customerId, personId, hostIds })
  } else {
    const planId = await createPlan(tx, { customerId, tool: act.plan, personId })
    if (act.name) await namePlan(tx, { customerId, planId, name: act.name })
    for (const { part, from, to, quantity } of act.lines) {
      const entitlementId = await idOf(
        tx,
        sql`entitlements where customer_id = ${customerId}
            and product_id = (select id from products where part_number = ${part})`,
      )
      const [fromHostId, toHostId] = [await host(from), await host(to)]
      await setLine(tx, { customerId, planId, entitlementId, fromHostId, toHostId, quantity })
    }
    if (!act.isDraft) await submitPlan(tx, { ...common, customerId, planId, person: { id: personId } })
  }
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
