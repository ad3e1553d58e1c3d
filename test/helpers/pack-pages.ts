import { eq } from 'drizzle-orm'
import { digestOf } from '../../src/packs/sign.ts'
import { packMarks, packs } from '../../src/schema.ts'
import type { PageState } from './pages.ts'
import type { Stage } from './stage.ts'
import type { Answer } from './visitor.ts'

const base = '/c/100234'
const lyo = (stage: Stage) => stage.scene.hosts['LYO-CAD-07']!

function page(name: string, who: string, address: (stage: Stage) => string, status = 200): PageState {
  return { name, status, open: async (stage) => (await stage.as(who)).open(address(stage)) }
}

/** The address on the printed pack of a host; with other digits where `forged`. */
async function printed(stage: Stage, issue: number, forged = false): Promise<string> {
  const { db } = stage.t.db.owner
  const marks = await db
    .select()
    .from(packMarks)
    .where(eq(packMarks.hostId, lyo(stage)))
  const texts = await db
    .select()
    .from(packs)
    .where(eq(packs.hostId, lyo(stage)))
  const digest = forged ? digestOf('another') : texts.find((one) => one.issue === issue)!.digest
  return `/verify/${marks.find((one) => one.issue === issue)!.mark}/${digest.slice(0, 32)}`
}

const receipts = (stage: Stage) => `${base}/requests/${stage.requests.configure}/receipts`

async function makeReceipt(stage: Stage): Promise<Answer> {
  const both = await stage.as('both')
  return both.submitAndFollow(await both.open(receipts(stage)), {}, receipts(stage))
}

const lookUp = (name: string, issue: number, forged = false): PageState => ({
  name,
  status: forged ? 404 : 200,
  open: async (stage) => (await stage.as('')).open(await printed(stage, issue, forged)),
})

/** Issues of a host and their difference, the code on paper, all packs of a request, receipts. */
export const packPages: PageState[] = [
  page('retrieve packs, found by a product', 'both', () => `${base}/packs?q=forma`),
  page('issues of a host', 'both', (stage) => `${base}/packs/${lyo(stage)}`),
  page('difference of two packs', 'both', (stage) => `${base}/packs/${lyo(stage)}/difference?from=1&to=2`),
  page(
    'difference of two packs, nothing differs',
    'both',
    (stage) => `${base}/packs/${lyo(stage)}/difference?from=1&to=1`,
  ),
  page(
    'difference of two packs, no such issue',
    'both',
    (stage) => `${base}/packs/${lyo(stage)}/difference?from=0&to=77`,
    422,
  ),
  page('packs of a request', 'both', (stage) => `${base}/requests/${stage.requests.retrieve}/packs`),
  page('packs of a request, none', 'both', (stage) => `${base}/requests/${stage.requests.report}/packs`),
  lookUp('printed pack, genuine and current', 2),
  lookUp('printed pack, replaced', 1),
  lookUp('printed pack, not known', 1, true),
  page('receipts, none', 'both', (stage) => `${base}/requests/${stage.requests.report}/receipts`),
  { name: 'receipts, just made', status: 200, open: makeReceipt },
  {
    name: 'receipts, too many',
    status: 422,
    async open(stage) {
      const both = await stage.as('both')
      const path = `${base}/requests/${stage.requests.retrieve}/receipts`
      let answer = await both.submit(await both.open(path), {}, path)
      for (let n = 0; answer.status === 303 && n < 25; n++) {
        answer = await both.submit(await both.open(path), {}, path)
      }
      return answer
    },
  },
  {
    name: 'receipts, one revoked',
    status: 200,
    async open(stage) {
      const both = await stage.as('both')
      const made = await makeReceipt(stage)
      const action = made.one('form[action$="/revocation"]').getAttribute('action')!
      return both.submitAndFollow(made, {}, action)
    },
  },
  {
    name: 'receipt',
    status: 200,
    async open(stage) {
      const made = await makeReceipt(stage)
      return (await stage.as('')).open(new URL(made.one('#address').getAttribute('value')!).pathname)
    },
  },
  page('receipt that leads nowhere', '', () => '/receipts/none', 404),
]
