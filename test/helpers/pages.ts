import { sql } from 'drizzle-orm'
import { askEmailChange } from '../../src/accounts/email-changes.ts'
import { createPasswordLink } from '../../src/sign-in/password-links.ts'
import { createRegistration } from '../../src/sign-in/registrations.ts'
import { bulkPages } from './bulk-pages.ts'
import { decisionPages } from './decision-pages.ts'
import { deskPages } from './desk-pages.ts'
import { heldPages } from './held-pages.ts'
import { hostPages } from './host-pages.ts'
import { licenseFilePages } from './license-file-pages.ts'
import { notificationPages } from './notification-pages.ts'
import { overPlacedPages } from './over-placed-pages.ts'
import { packPages } from './pack-pages.ts'
import { peoplePages } from './people-pages.ts'
import { planPages } from './plan-pages.ts'
import { signInPages } from './sign-in-pages.ts'
import type { Stage } from './stage.ts'
import type { Answer, Visitor } from './visitor.ts'

/** One page in one state: who sees it and how it comes about. `open` may be called once for each stage. */
export type PageState = { name: string; status: number; open(stage: Stage): Promise<Answer> }

type Address = string | ((stage: Stage) => string)
type Fields = Record<string, string | string[]>

const at = (address: Address, stage: Stage) => (typeof address === 'string' ? address : address(stage))

/** A page that person sees at that address. */
function page(name: string, who: string, address: Address, status = 200): PageState {
  return { name, status, open: async (stage) => (await stage.as(who)).open(at(address, stage)) }
}

/** What comes back when the form of the page at that address is sent with these fields. */
function sent(
  name: string,
  who: string,
  address: Address,
  fields: Fields,
  { status = 422, action }: { status?: number; action?: Address } = {},
): PageState {
  const open = async (stage: Stage) => {
    const visitor = await stage.as(who)
    const form = await visitor.open(at(address, stage))
    return visitor.submitAndFollow(form, fields, action && at(action, stage))
  }
  return { name, status, open }
}

const base = '/c/100234'
const entitlement = (part: string) => (stage: Stage) =>
  `${stage.plans.doable}/entitlement/${stage.scene.entitlements[part]}`
const quantityOf = (part: string, host: string) => (stage: Stage) =>
  `${entitlement(part)(stage)}/host/${stage.scene.hosts[host]}`
const under = (part: string, tail: string) => (stage: Stage) => entitlement(part)(stage) + tail
const request =
  (kind: keyof Stage['requests'], tail = '') =>
  (stage: Stage) =>
    `${base}/requests/${stage.requests[kind]}${tail}`
const plan =
  (kind: keyof Stage['plans'], tail = '') =>
  (stage: Stage) =>
    stage.plans[kind] + tail
const host = (label: string) => (stage: Stage) => `${base}/hosts/${stage.scene.hosts[label]}`
// Typed whole, so that what is refused does not depend on what is stored.
const wrongHost = {
  ...{ label: '', id1: '00-1A', server1: 'séné', port: '70000' },
  ...{ postalCode: '57000', city: 'Metz', country: 'France' },
}
const wrongTriad = {
  label: 'TRIAD',
  ...{ id1: '001A2B3C4D61', id2: '001A2B3C4D61', id3: 'x' },
  ...{ server1: 'a', server2: 'a', server3: '' },
}

const ofVisitors: PageState[] = [
  page('sign in', '', '/sign-in'),
  sent('sign in, nothing typed', '', '/sign-in', {}, { action: '/sign-in' }),
  sent('sign in, wrong', '', '/sign-in', { email: 'x@demo.example', password: 'x' }, { action: '/sign-in' }),
  { name: 'sign in, too many tries', status: 429, open: tooManyTries },
  { name: 'signed out', status: 200, open: signOut },
  { name: 'choose a password', status: 200, open: (stage) => linked(stage, null) },
  {
    name: 'choose a password, wrong',
    status: 422,
    open: (stage) => linked(stage, { password: 'long enough', passwordAgain: 'another' }),
  },
  page('password link that is dead', '', '/password/none', 404),
  page('register', '', '/register'),
  sent('register, no address', '', '/register', { email: 'ana' }, { action: '/register' }),
  page('register, mailed', '', '/register/mailed'),
  { name: 'finish the account', status: 200, open: (stage) => registered(stage, null) },
  {
    name: 'finish the account, wrong',
    status: 422,
    open: (stage) => registered(stage, { name: '', password: 'P@ssw0rd2026!', passwordAgain: 'another' }),
  },
  page('registration link that is dead', '', '/register/none', 404),
  page('forgotten password', '', '/forgotten-password'),
  page('forgotten password, mailed', '', '/forgotten-password/mailed'),
  page('link to change the address that is dead', '', '/email-change/none', 404),
  page('support', '', '/support'),
  page('services', '', '/services'),
  page('learn', '', '/learn'),
  ...['summary', 'configure', 'host-ids', 'license-files', 'packs', 'report', 'requests', 'privileges'].map(
    (topic) => page(`learn: ${topic}`, '', `/learn/${topic}`),
  ),
  page('accessibility', '', '/accessibility'),
  page('privacy', '', '/privacy'),
  page('verify', '', '/verify'),
  sent('verify, nothing', '', '/verify', {}, { action: '/verify' }),
  { name: 'verify, genuine', status: 200, open: (stage) => verify(stage, (pack) => pack) },
  {
    name: 'verify, altered',
    status: 200,
    open: (stage) => verify(stage, (pack) => pack.replace(/ 12\.0 /g, ' 99.0 ')),
  },
]

const ofPeople: PageState[] = [
  page('start, without company', 'plain', '/'),
  page('start, the desk', 'desk', '/'),
  page('account', 'several', '/account'),
  page('account, without company', 'plain', '/account'),
  page('profile', 'both', '/account/profile'),
  sent('profile, wrong', 'both', '/account/profile', { name: '', phone: 'call me', timeZone: 'x' }),
  page('change the password', 'both', '/account/password'),
  sent('change the password, wrong', 'both', '/account/password', {
    currentPassword: 'x',
    password: 'Guichet-2026',
    passwordAgain: '',
  }),
  page('change the address', 'both', '/account/email'),
  sent('change the address, none', 'both', '/account/email', { email: 'ana' }),
  sent(
    'change the address, waiting',
    'open',
    '/account/email',
    { email: 'ana@example.com' },
    { status: 200, action: '/account/email' },
  ),
  { name: 'link to confirm the old address', status: 200, open: (stage) => addressLink(stage, 'old') },
  { name: 'link to confirm the new address', status: 200, open: (stage) => addressLink(stage, 'new') },
  { name: 'address confirmed', status: 200, open: (stage) => addressLink(stage, 'old', 'confirmation') },
  {
    name: 'change of address called off',
    status: 200,
    open: (stage) => addressLink(stage, 'old', 'cancellation'),
  },
  page('delete the account', 'both', '/account/deletion'),
  sent('delete the account, no tick', 'both', '/account/deletion', {}),
  page('delete the account, last supervisor', 'supervisor', '/account/deletion'),
  page('switch customer', 'several', '/switch'),
  page('switch customer, none found', 'several', '/switch?find=nowhere'),
  page('overview', 'both', base),
  page('overview, supervisor', 'supervisor', base),
  page('overview, no privilege', 'none', base),
  page('overview, open company', 'open', '/c/100871'),
  page('overview, nothing yet', 'stranger', '/c/100555'),
  page('people', 'supervisor', `${base}/people`),
  page('find a request', 'both', '/requests/find'),
  page('find a request, typing error', 'both', '/requests/find?number=100-000-008', 422),
  page('find a request, none', 'both', '/requests/find?number=100-009-992', 404),
]

const ofLicenses: PageState[] = [
  page('license summary', 'both', `${base}/licenses`),
  page('license summary, reporting only', 'reporting', `${base}/licenses`),
  page('license summary, nothing fits', 'both', `${base}/licenses?text=nowhere`),
  page('license summary, nothing owned', 'stranger', '/c/100555/licenses'),
  page('product, floating', 'both', `${base}/licenses/FRM-1000-F`),
  page('product, extended', 'both', `${base}/licenses/FRM-1210-E`),
  page('product, expired', 'both', `${base}/licenses/RLY-4100-F`),
  page('hosts', 'both', `${base}/hosts`),
  page('hosts, nothing fits', 'both', `${base}/hosts?text=nowhere`),
  page('hosts, none', 'stranger', '/c/100555/hosts'),
  page('host', 'both', host('LYO-CAD-07')),
  page('host, triad', 'both', host('NAN-LIC-01')),
]

const ofPlans: PageState[] = [
  page('configure', 'both', `${base}/configure`),
  page('configure, no plan', 'stranger', '/c/100555/configure'),
  page('which license', 'both', plan('doable', '/entitlement')),
  page('which license, all', 'both', plan('empty', '/entitlement?show=all')),
  page('which license, nothing fits', 'both', plan('doable', '/entitlement?text=nowhere')),
  page('which host', 'both', under('FRM-1210-E', '/host')),
  page('which host, nothing fits', 'both', under('FRM-1000-F', '/host?text=nowhere')),
  page('which host, node-locked', 'both', under('FRM-0900-N', '/host')),
  page('new host', 'both', under('FRM-1000-F', '/new-host')),
  page('new host, node-locked', 'both', under('FRM-0900-N', '/new-host')),
  sent('new host, wrong', 'both', under('FRM-1000-F', '/new-host'), wrongHost),
  page('new triad', 'both', under('FRM-1000-F', '/new-host?kind=triad')),
  sent('new triad, wrong', 'both', under('FRM-1000-F', '/new-host?kind=triad'), wrongTriad),
  page('host ID check', 'both', `${base}/plans/host-id-check?id1=00-1A-2B-3C-4D-99`),
  page('host ID check, wrong', 'both', `${base}/plans/host-id-check?id1=02AA10000007`),
  page('how many', 'both', quantityOf('FRM-1000-F', 'LYO-CAD-07')),
  page('how many, node-locked', 'both', quantityOf('FRM-0900-N', 'LYO-CAD-07')),
  sent('how many, too many', 'both', quantityOf('FRM-1000-F', 'LYO-CAD-07'), { quantity: '40' }),
  sent('how many, no number', 'both', quantityOf('FRM-1000-F', 'LYO-CAD-07'), { quantity: '<b>four' }),
  page('check, can be done', 'both', plan('doable')),
  page('check, cannot be done', 'both', plan('refused')),
  page('check, empty', 'both', plan('empty')),
  page('host of a plan', 'both', (stage) => stage.plannedHost),
  sent('host of a plan, wrong', 'both', (stage) => stage.plannedHost, wrongHost),
  page('plan that was submitted', 'both', plan('submitted')),
]

const ofRequests: PageState[] = [
  page('requests', 'both', `${base}/requests`),
  page('requests, nothing fits', 'both', `${base}/requests?q=nowhere`),
  page('requests, none', 'stranger', '/c/100555/requests'),
  page('request: configure', 'both', request('configure')),
  page('request: configure, without the right to its packs', 'licensing', request('configure')),
  page('request: packs retrieved', 'both', request('retrieve')),
  page('request: report', 'both', request('report')),
  page('pack to read', 'both', (stage) =>
    request('configure', `/packs/${stage.scene.hosts['LYO-CAD-07']}/view`)(stage),
  ),
  page('retrieve packs', 'both', `${base}/packs`),
  page('retrieve packs, nothing fits', 'both', `${base}/packs?q=nowhere`),
  page('retrieve packs, no host', 'stranger', '/c/100555/packs'),
  sent('retrieve packs, none chosen', 'both', `${base}/packs`, {}),
  page('detailed report', 'both', `${base}/report`),
  page('detailed report, nothing fits', 'both', `${base}/report?text=nowhere`),
  page('detailed report, for paper', 'both', `${base}/report/print`),
  page('detailed report, for paper, nothing', 'stranger', '/c/100555/report/print'),
]

const ofFailures: PageState[] = [
  page('403, R10', 'none', `${base}/configure`, 403),
  page('403, R10, either privilege', 'none', `${base}/licenses`, 403),
  page('403, R10, the supervisor', 'supervisor', `${base}/report`, 403),
  page('403, R10, no supervisor', 'several', '/c/100990/report', 403),
  page('404', '', '/nowhere', 404),
  page('404 of a person', 'both', '/c/100555/licenses', 404),
  page('404, malformed address', 'both', '/c/100234/%zz', 404),
  { name: 'expired form', status: 403, open: expiredForm },
  { name: '409', status: 409, open: conflict },
  { name: '409, plan that was submitted', status: 409, open: closedPlan },
  { name: '413', status: 413, open: tooLarge },
  sent('422 without a form', 'several', '/switch', { customer: 'x'.repeat(40) }, { action: '/switch' }),
]

/** The pages that show what is stored. */
export const storedPages: PageState[] = [...ofPeople, ...ofLicenses, ...ofPlans, ...ofRequests]

/** Every page of the counter in every state that looks different. The last two leave the stage unusable. */
export const pageStates: PageState[] = [
  ...ofVisitors,
  ...signInPages,
  ...ofPeople,
  { name: 'notices of R11 and R12, flash', status: 200, open: notices },
  ...ofLicenses,
  ...ofPlans,
  ...planPages,
  ...bulkPages,
  ...decisionPages,
  ...heldPages,
  ...licenseFilePages,
  ...ofRequests,
  ...deskPages,
  ...peoplePages,
  ...notificationPages,
  ...hostPages,
  ...packPages,
  ...overPlacedPages,
  ...ofFailures,
  { name: '500', status: 500, open: fault },
  { name: '503', status: 503, open: databaseGone },
]

async function tooManyTries(stage: Stage): Promise<Answer> {
  const visitor = await stage.as('')
  const form = await visitor.get('/sign-in')
  // Another guess each time: the same form again would be a double click.
  const guess = (n: number) =>
    visitor.submit(form, { email: 'tries@demo.example', password: `guess ${n}` }, '/sign-in')
  let answer = await guess(0)
  for (let n = 1; answer.status === 422; n++) answer = await guess(n)
  return answer
}

async function signOut(stage: Stage): Promise<Answer> {
  const visitor = await stage.anew('both')
  return visitor.submitAndFollow(await visitor.get('/account'), {}, '/sign-out')
}

async function linked(stage: Stage, fields: Fields | null): Promise<Answer> {
  const { t } = stage
  const token = await createPasswordLink(t.db.owner.db, t.cast.people['plain@demo.example']!)
  const visitor = await stage.as('')
  const form = await visitor.get(`/password/${token}`)
  return fields ? visitor.submit(form, fields, `/password/${token}`) : form
}

async function registered(stage: Stage, fields: Fields | null): Promise<Answer> {
  const token = await createRegistration(stage.t.db.owner.db, 'new@demo.example')
  const visitor = await stage.as('')
  const form = await visitor.get(`/register/${token}`)
  return fields ? visitor.submit(form, fields, `/register/${token}`) : form
}

/** Where the mail to one of the two addresses of a change leads, and what comes of its button. */
async function addressLink(stage: Stage, side: 'old' | 'new', press?: string): Promise<Answer> {
  const { db } = stage.t.db.owner
  const personId = stage.t.cast.people['plain@demo.example']!
  const newEmail = `${crypto.randomUUID()}@demo.example`
  await askEmailChange(db, { personId, newEmail, publisher: 'Halden Software', locale: stage.locale })
  const [mail] = await db.execute<{ token: string }>(sql`
    select params ->> 'token' as token from person_mails where template = ${`email-change-${side}`}
    order by id desc limit 1`)
  const visitor = await stage.as('')
  const page = await visitor.get(`/email-change/${mail!.token}`)
  return press ? visitor.submitAndFollow(page, {}, `/email-change/${mail!.token}/${press}`) : page
}

async function verify(stage: Stage, change: (pack: string) => string): Promise<Answer> {
  const both = await stage.as('both')
  const pack = await both.get(request('configure', `/packs/${stage.scene.hosts['NAN-LIC-01']}`)(stage))
  return both.submit(await both.get('/verify'), { pack: change(pack.body) }, '/verify')
}

/** Active is not primary (R11), and the page is of neither (R12). */
async function notices(stage: Stage): Promise<Answer> {
  const several = await stage.anew('several')
  await several.submit(await several.get('/switch'), { customer: '100871' }, '/switch')
  return several.get('/c/100990')
}

async function expiredForm(stage: Stage): Promise<Answer> {
  const visitor = await stage.as('both')
  const fields = { _csrf: 'stale', quantity: '2', password: 'secret' }
  return visitor.post(quantityOf('FRM-1000-F', 'LYO-CAD-07')(stage), fields)
}

/** The same form key with something else in the form. */
async function conflict(stage: Stage): Promise<Answer> {
  const visitor = await stage.as('both')
  const form = await visitor.get(quantityOf('FRM-1000-F', 'NAN-LIC-01')(stage))
  await visitor.submit(form, { quantity: '1' })
  visitor.headers.referer = `http://localhost:80${form.url}`
  const answer = await visitor.submit(form, { quantity: '2' })
  delete visitor.headers.referer
  return answer
}

async function closedPlan(stage: Stage): Promise<Answer> {
  const visitor = await stage.as('both')
  return visitor.post(`${stage.plans.submitted}/name`, { ...(await tokens(visitor)), name: 'Late' })
}

async function tooLarge(stage: Stage): Promise<Answer> {
  const visitor = await stage.as('')
  return visitor.post('/sign-in', { email: 'x'.repeat(3_000_000) })
}

async function tokens(visitor: Visitor): Promise<Record<string, string>> {
  const form = await visitor.get('/account')
  return { _csrf: form.one('input[name=_csrf]').getAttribute('value')!, _key: crypto.randomUUID() }
}

async function fault(stage: Stage): Promise<Answer> {
  const { db } = stage.t.db.owner
  const visitor = await stage.as('both')
  await db.execute(sql`alter table sessions rename column user_agent to user_agent_gone`)
  const answer = await visitor.get('/account/sessions')
  await db.execute(sql`alter table sessions rename column user_agent_gone to user_agent`)
  return answer
}

async function databaseGone(stage: Stage): Promise<Answer> {
  const visitor = await stage.as('both')
  await stage.t.db.database.close()
  return visitor.get('/account')
}
