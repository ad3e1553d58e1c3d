import { workOnAccountRequest } from '../../src/requests/account/jobs.ts'
import { doJobs, examine, findStored, makeProofs, tryUpgrade } from './account-requests.ts'
import type { PageState } from './pages.ts'
import type { Stage } from './stage.ts'
import type { Answer } from './visitor.ts'

/** Numbers of what people asked for, one of each state. */
type Asked = {
  waiting: number
  unclear: number
  declined: number
  wrong: number
  joined: number
  supervisor: number
}

const made = new WeakMap<Stage, Promise<Asked>>()

function askedOn(stage: Stage): Promise<Asked> {
  const asked = made.get(stage) ?? makeAsked(stage)
  made.set(stage, asked)
  return asked
}

async function makeAsked(stage: Stage): Promise<Asked> {
  const { t } = stage
  await makeProofs(t)
  const [plain, none, open, desk] = [
    await stage.as('plain'),
    await stage.as('none'),
    await stage.as('open'),
    await stage.as('desk'),
  ]
  const ask = async (customer: string, proof: string) => {
    const { number } = await tryUpgrade(plain, customer, proof, 'New in the design office, since 2 November.')
    await examine(t, number)
    return number
  }
  const waiting = await ask('100234', 'SO-100234')
  const unclear = await ask('100990', 'SC-100990')
  const at = `/desk/requests/${unclear}`
  await desk.submit(await desk.get(at), { question: 'Who knows you in Kiel?' }, `${at}/questions`)
  const declined = await ask('100555', 'SO-1')
  await workOnAccountRequest(t.app, { requestId: (await findStored(t, declined)).id, step: 'decline' })
  const wrong = await ask('NOBODY', 'SO-2')
  const joined = (await tryUpgrade(none, '100871', 'SO-100871')).number
  await doJobs(t)
  const form = await open.get('/c/100871/supervisor-request')
  const sent = await open.submit(form, { word: 'I look after the licenses.' }, '/c/100871/supervisor-request')
  return { waiting, unclear, declined, wrong, joined, supervisor: Number(sent.location.split('/').at(-1)) }
}

type Address = (asked: Asked) => string

function page(name: string, who: string, address: Address, status = 200): PageState {
  const open = async (stage: Stage) => {
    const asked = await askedOn(stage)
    return (await stage.as(who)).open(address(asked))
  }
  return { name, status, open }
}

function sent(
  name: string,
  who: string,
  address: Address,
  action: Address,
  fields: Record<string, string>,
): PageState {
  const open = async (stage: Stage): Promise<Answer> => {
    const asked = await askedOn(stage)
    const visitor = await stage.as(who)
    return visitor.submit(await visitor.open(address(asked)), fields, action(asked))
  }
  return { name, status: 422, open }
}

const one = (key: keyof Asked, act = '') => ({
  own: (asked: Asked) => `/requests/${asked[key]}${act}`,
  desk: (asked: Asked) => `/desk/requests/${asked[key]}${act}`,
  company: (asked: Asked) => `/c/100234/upgrades/${asked[key]}${act}`,
})
const upgrade = () => '/account/upgrade'

/** Upgrades, supervisors to name, and the desk. */
export const deskPages: PageState[] = [
  page('upgrade', 'plain', upgrade),
  page('upgrade, nothing asked yet', 'stranger', upgrade),
  sent('upgrade, wrong', 'plain', upgrade, upgrade, { customerNumber: '', proof: '<b>' }),
  page('own request, in review', 'plain', one('waiting').own),
  page('own request, needs information', 'plain', one('unclear').own),
  page('own request, declined', 'plain', one('declined').own),
  page('own request, granted at once', 'none', one('joined').own),
  page('own request, a supervisor', 'open', one('supervisor').own),
  sent('own request, nothing written', 'plain', one('waiting').own, one('waiting', '/messages').own, {}),
  page('who asks to join', 'supervisor', () => '/c/100234/upgrades'),
  page('who asks to join, nobody', 'stranger', () => '/c/100555/upgrades'),
  page('an upgrade to decide', 'supervisor', one('waiting').company),
  sent(
    'an upgrade to decide, no reason',
    'supervisor',
    one('waiting').company,
    one('waiting', '/refusal').company,
    {},
  ),
  sent(
    'an upgrade to decide, no question',
    'supervisor',
    one('waiting').company,
    one('waiting', '/questions').company,
    {},
  ),
  page('newcomers', 'open', () => '/c/100871/newcomers'),
  page('newcomers, nobody', 'both', () => '/c/100234/newcomers'),
  page('overview, newcomers wait', 'open', () => '/c/100871'),
  page('overview, awaiting confirmation', 'none', () => '/c/100871'),
  page('overview, who asks to join', 'supervisor', () => '/c/100234'),
  page('ask for a supervisor', 'several', () => '/c/100990/supervisor-request'),
  page('ask for a supervisor, asked', 'open', () => '/c/100871/supervisor-request'),
  page('ask for a supervisor, there is one', 'none', () => '/c/100234/supervisor-request'),
  sent(
    'ask for a supervisor, no address',
    'several',
    () => '/c/100990/supervisor-request',
    () => '/c/100990/supervisor-request',
    { nominee: 'x' },
  ),
  page('desk: what waits', 'desk', () => '/desk'),
  page('desk: settled', 'desk', () => '/desk?state=settled'),
  page('desk: nothing fits', 'desk', () => '/desk?days=30'),
  page('desk: upgrade, right proof', 'desk', one('unclear').desk),
  page('desk: upgrade, wrong proof', 'desk', one('wrong').desk),
  page('desk: upgrade, settled', 'desk', one('declined').desk),
  page('desk: a supervisor to name', 'desk', one('supervisor').desk),
  sent('desk: no reason', 'desk', one('wrong').desk, one('wrong', '/refusal').desk, {}),
  sent('desk: no contact', 'desk', one('supervisor').desk, one('supervisor', '/approval').desk, {
    email: 'x',
  }),
  {
    name: 'desk: request of a company',
    status: 200,
    open: async (stage) => (await stage.as('desk')).open(`/desk/requests/${stage.requests.configure}`),
  },
  page('desk: customers', 'desk', () => '/desk/customers'),
  page('desk: customers, nothing fits', 'desk', () => '/desk/customers?q=nowhere'),
  page('desk: customer', 'desk', () => '/desk/customers/100234'),
  page('desk: customer, newcomer', 'desk', () => '/desk/customers/100871'),
]
