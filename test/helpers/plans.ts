import { generateKeyPairSync } from 'node:crypto'
import type { Database } from '../../src/db.ts'
import { builtInCutter } from '../../src/packs/cutters/built-in.ts'
import { type Checked, checkPlan } from '../../src/plans/check-plan.ts'
import { createPlan, setLine } from '../../src/plans/drafts.ts'
import type { Tool } from '../../src/plans/queries.ts'
import { submitPlan } from '../../src/plans/submit-plan.ts'
import { dayFromNow } from './makers.ts'

export const testPublisher = {
  name: 'Halden Software',
  movesPerYear: 6,
  timeZone: 'UTC',
  temporaryDays: 14,
  temporaryOpen: 2,
  temporaryPerYear: 4,
  undoHours: 24,
  allowAnyHostId: false,
  hostIdKinds: [] as string[],
}

const { privateKey } = generateKeyPairSync('ed25519')
export const testCutter = builtInCutter({ kid: 'test', privateKey })

export type Line = { entitlementId: string; from?: string; to?: string; quantity?: number }

/** The verbs as one company and person use them, each in a transaction of its own. */
export function planner(database: Database, customerId: string, personId: string, cut = testCutter) {
  const add = (planId: string, lines: Line[]) =>
    database.forCustomer(customerId, async (tx) => {
      for (const { entitlementId, from = null, to = null, quantity = 1 } of lines)
        await setLine(tx, { customerId, planId, entitlementId, fromHostId: from, toHostId: to, quantity })
    })
  const draft = async (lines: Line[], tool: Tool = 'configure') => {
    const planId = await database.forCustomer(customerId, (tx) =>
      createPlan(tx, { customerId, tool, personId }),
    )
    await add(planId, lines)
    return planId
  }
  const check = (planId: string, publisher = testPublisher): Promise<Checked> =>
    database.readCustomer(customerId, (tx) =>
      checkPlan(tx, { customerId, planId, today: dayFromNow(), publisher }),
    )
  const submit = (planId: string) =>
    database.forCustomer(customerId, (tx) =>
      submitPlan(tx, {
        customerId,
        planId,
        person: { id: personId },
        today: dayFromNow(),
        publisher: testPublisher,
        cut,
      }),
    )
  return {
    add,
    draft,
    check,
    submit,
    /** Draft and submission in one. */
    place: async (lines: Line[], tool?: Tool) => submit(await draft(lines, tool)),
    /** Names of the reasons against each line, without their common beginning. */
    reasons: async (lines: Line[], tool?: Tool) => {
      const { lines: checked } = await check(await draft(lines, tool))
      return checked.map(({ problems }) => problems.map(({ key }) => key.replace('plans.problem.', '')))
    },
  }
}
