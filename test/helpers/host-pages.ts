import { sql } from 'drizzle-orm'
import { dayFromNow, makeHost } from './makers.ts'
import type { PageState } from './pages.ts'
import type { Stage } from './stage.ts'
import type { Answer } from './visitor.ts'

const base = '/c/100234'
const long = 'Donaudampfschifffahrtsgesellschaftskapitän'

type Address = string | ((stage: Stage) => string)

const at = (address: Address, stage: Stage) => (typeof address === 'string' ? address : address(stage))

function page(name: string, who: string, address: Address, status = 200): PageState {
  return { name, status, open: async (stage) => (await stage.as(who)).open(at(address, stage)) }
}

const lyo =
  (tail = '') =>
  (stage: Stage) =>
    `${base}/hosts/${stage.scene.hosts['LYO-CAD-07']}${tail}`

/** What comes back when the form at that address is sent with these fields. */
async function sent(
  stage: Stage,
  address: string,
  fields: Record<string, string>,
  action = address,
): Promise<Answer> {
  const both = await stage.as('both')
  return both.submitAndFollow(await both.open(address), fields, action)
}

async function ofLongNames(stage: Stage): Promise<string> {
  const label = `${long}-مضيف-サーバー`
  const known = await stage.t.db.owner.db.execute<{ id: string }>(
    sql`select id from hosts where label = ${label}`,
  )
  if (known[0]) return `${base}/hosts/${known[0].id}`
  const { id } = await makeHost(stage.t.db.owner.db, stage.t.cast.customers['100234']!, {
    ...{ label, city: 'Llanfairpwllgwyngyllgogerychwyrndrobwll', country: 'GB', addressLine1: long },
    ids: ['FLEXID=9-0123456789ABCDEF'],
    servers: [`${long.toLowerCase().replace('ä', 'ae')}.example.com`],
  })
  return `${base}/hosts/${id}`
}

async function retired(stage: Stage, id: string): Promise<string> {
  const { db } = stage.t.db.owner
  const company = stage.t.cast.customers['100234']!
  const known = await db.execute<{ id: string }>(sql`select id from hosts where label = ${id}`)
  if (known[0]) return `${base}/hosts/${known[0].id}`
  const host = await makeHost(db, company, { label: id, status: 'retired', retiredAt: new Date() })
  return `${base}/hosts/${host.id}`
}

async function duplicates(stage: Stage): Promise<Answer> {
  await retired(stage, 'LYO CAD 07')
  return (await stage.as('both')).open(`${base}/hosts?show=duplicates`)
}

/** A request of a change that outdates packs. */
async function changed(stage: Stage): Promise<Answer> {
  const street = `${crypto.randomUUID().slice(0, 8)} quai de la Fosse <b>&`
  return sent(stage, `${base}/addresses/company`, { addressLine1: street, city: long })
}

/** The register of hosts, past days, addresses and contacts, and the search of everything. */
export const hostPages: PageState[] = [
  page('hosts, none fits', 'both', `${base}/hosts?text=nowhere`),
  page('hosts, retired', 'both', `${base}/hosts?show=retired`),
  { name: 'hosts, duplicates', status: 200, open: duplicates },
  page('hosts, as of yesterday', 'both', `${base}/hosts?asOf=${dayFromNow(-1)}`),
  page('hosts, as of no day', 'both', `${base}/hosts?asOf=31/02/2026`, 422),
  page('licenses, as of yesterday', 'both', `${base}/licenses?asOf=${dayFromNow(-1)}`),
  page('licenses, as of a day to come', 'both', `${base}/licenses?asOf=${dayFromNow(9)}`, 422),
  page('report, as of yesterday', 'both', `${base}/report?asOf=${dayFromNow(-1)}`),
  page('report, as of no day', 'both', `${base}/report?asOf=31/02/2026`, 422),
  page('report on paper, as of yesterday', 'both', `${base}/report/print?asOf=${dayFromNow(-1)}`),
  page('host, as of before it was there', 'both', lyo(`?asOf=${dayFromNow(-400)}`)),
  page('host, for Reporting', 'reporting', lyo()),
  {
    name: 'host, long names',
    status: 200,
    open: async (stage) => (await stage.as('both')).open(await ofLongNames(stage)),
  },
  {
    name: 'host, with notes',
    status: 200,
    async open(stage) {
      await sent(stage, lyo()(stage), { note: `Rack 4\n${long} <script>` }, lyo('/notes')(stage))
      const both = await stage.as('both')
      const noted = await both.open(lyo()(stage))
      const removal = noted.one('form[action$="/removal"]').getAttribute('action')!
      await both.submit(noted, {}, removal)
      return sent(stage, lyo()(stage), { note: `${long} & co` }, lyo('/notes')(stage))
    },
  },
  {
    name: 'host, empty note',
    status: 422,
    open: (stage) => sent(stage, lyo()(stage), { note: '' }, lyo('/notes')(stage)),
  },
  page('host history', 'both', lyo('/history')),
  page('host history, nothing of the host itself', 'both', lyo('/history?only=host')),
  page('host sheet', 'both', lyo('/sheet')),
  page('who looks after a host', 'both', lyo('/caretaker')),
  {
    name: 'who looks after a host, somebody else',
    status: 422,
    async open(stage) {
      return sent(stage, lyo('/caretaker')(stage), { caretaker: 'x' })
    },
  },
  page('decommission, holds licenses', 'both', lyo('/decommission')),
  {
    name: 'decommission',
    status: 200,
    open: async (stage) => (await stage.as('both')).open(`${await ofLongNames(stage)}/decommission`),
  },
  {
    name: 'recommission',
    status: 200,
    open: async (stage) => (await stage.as('both')).open(`${await retired(stage, 'OLD-01')}/recommission`),
  },
  {
    name: 'recommission, name in use',
    status: 200,
    async open(stage) {
      const at = await retired(stage, 'NTE-OLD')
      await stage.t.db.owner.db.execute(sql`
        update hosts set label = 'NAN-LIC-01' where label = 'NTE-OLD'`)
      return (await stage.as('both')).open(`${at}/recommission`)
    },
  },
  page('addresses', 'both', `${base}/addresses`),
  page('addresses, no host fits', 'both', `${base}/addresses?text=nowhere`),
  page('address of the company', 'both', `${base}/addresses/company`),
  {
    name: 'address of the company, wrong',
    status: 422,
    open: (stage) =>
      sent(stage, `${base}/addresses/company`, { phone: 'call me', email: 'ana', country: 'XX' }),
  },
  {
    name: 'address of a host, wrong',
    status: 422,
    open: (stage) =>
      sent(stage, `${base}/addresses/hosts/${stage.scene.hosts['LYO-CAD-07']}`, { label: '', port: '70000' }),
  },
  { name: 'request: a change of address', status: 200, open: changed },
  {
    name: 'request: packs issued anew',
    status: 200,
    async open(stage) {
      const request = await changed(stage)
      const both = await stage.as('both')
      return both.submitAndFollow(request, {}, request.one('form[action$="/packs"]').getAttribute('action')!)
    },
  },
  page('search', 'both', `${base}/search`),
  page('search, nothing', 'both', `${base}/search?q=nowhere`),
  page('search, a number typed wrong', 'both', `${base}/search?q=100-000-008`),
  page('search, found', 'both', `${base}/search?q=1`),
  page('search, names', 'several', `${base}/search?q=o`),
  ...['hosts', 'addresses', 'search', 'as-of'].map((topic) => page(`learn: ${topic}`, '', `/learn/${topic}`)),
]
