import { sql } from 'drizzle-orm'
import type { PageState } from './pages.ts'
import type { Stage } from './stage.ts'
import type { Answer } from './visitor.ts'

const people = '/c/100234/people'

/** Numbers and addresses of what a supervisor decides, one of each kind. */
type Made = { asked: string; answered: string; review: string; changed: string; invitation: string }

const made = new WeakMap<Stage, Promise<Made>>()

function madeOn(stage: Stage): Promise<Made> {
  const all = made.get(stage) ?? make(stage)
  made.set(stage, all)
  return all
}

async function make(stage: Stage): Promise<Made> {
  const [supervisor, none] = [await stage.as('supervisor'), await stage.as('none')]
  const ask = async (privilege: string) => {
    const at = `${people}/asked/new`
    const form = await none.open(`${at}?privilege=${privilege}`)
    const sent = await none.submit(form, { privilege, why: 'For the new drawing office.' }, at)
    return sent.location.split('/').at(-1)!
  }
  const [asked, answered] = [await ask('licensing'), await ask('reporting')]
  const at = `${people}/asked/${answered}`
  await supervisor.submit(await supervisor.open(at), { decision: 'decline', word: 'Not yet.', until: '' }, at)
  const begun = await supervisor.submit(await supervisor.open(people), {}, `${people}/reviews`)
  const change = await supervisor.open(`${people}/${stage.t.cast.people['reporting@demo.example']}`)
  const preview = await supervisor.submitAndFollow(change, { licensing: 'yes', licensingUntil: '2099-01-31' })
  const confirmed = await supervisor.submit(preview, {})
  const invite = await supervisor.open(`${people}/invitations`)
  await supervisor.submit(invite, { email: 'new.colleague@demo.example', licensing: 'yes' })
  const [mail] = await stage.t.db.owner.db.execute<{ token: string }>(sql`
    select params ->> 'token' as token from person_mails where template = 'invitation' order by id desc limit 1`)
  return {
    asked,
    answered,
    review: begun.location,
    changed: confirmed.location,
    invitation: `/invitations/${mail!.token}`,
  }
}

type Address = string | ((stage: Stage, all: Made) => string)
type Fields = Record<string, string | string[]>

const addressOf = async (stage: Stage, address: Address) => {
  const all = await madeOn(stage)
  return typeof address === 'string' ? address : address(stage, all)
}

function page(name: string, who: string, address: Address, status = 200): PageState {
  return { name, status, open: async (stage) => (await stage.as(who)).open(await addressOf(stage, address)) }
}

function sent(name: string, address: Address, fields: Fields, status = 422, action?: string): PageState {
  const open = async (stage: Stage): Promise<Answer> => {
    const supervisor = await stage.as('supervisor')
    return supervisor.submitAndFollow(await supervisor.open(await addressOf(stage, address)), fields, action)
  }
  return { name, status, open }
}

const of = (name: string) => (stage: Stage) => `${people}/${stage.t.cast.people[`${name}@demo.example`]}`
const file = (rows: string) => ({ text: `email,privileges\n${rows}` })

/** Pages of privileges and associations. */
export const peoplePages: PageState[] = [
  page('people, all of them', 'supervisor', people),
  page('people, nothing fits', 'supervisor', `${people}?q=nowhere`),
  page('people, by privilege', 'supervisor', `${people}?privilege=none&signedIn=never`),
  page('people, for paper', 'supervisor', `${people}/print`),
  page('one person’s privileges', 'supervisor', of('licensing')),
  sent('one person’s privileges, last supervisor', of('supervisor'), { supervisor: '' }),
  sent('one person’s privileges, wrong day', of('licensing'), { licensing: 'yes', licensingUntil: '31/12' }),
  page('remove a person', 'supervisor', (stage) => `${of('both')(stage)}/removal`),
  page('remove a person, last supervisor', 'supervisor', (stage) => `${of('supervisor')(stage)}/removal`),
  page('change many, nobody', 'supervisor', `${people}/change`),
  page('change many', 'supervisor', (stage) => {
    const ids = ['licensing', 'none'].map((name) => stage.t.cast.people[`${name}@demo.example`])
    return `${people}/change?person=${ids.join('&person=')}`
  }),
  page('change by a file', 'supervisor', `${people}/file`),
  sent('change by a file, nothing', `${people}/file`, {}),
  sent(
    'change by a file, checked',
    `${people}/file`,
    file('none@demo.example,licensing\nx@y.example,reporting\nboth@demo.example,chief'),
    200,
  ),
  page('change of privileges, done', 'supervisor', (_, all) => all.changed),
  page('invitations', 'supervisor', `${people}/invitations`),
  sent('invitations, no address', `${people}/invitations`, { email: 'ana' }),
  page('invitation', '', (_, all) => all.invitation),
  page('invitation that is dead', '', '/invitations/none', 404),
  page('ask for a privilege', 'none', `${people}/asked/new?privilege=licensing,reporting`),
  page('privilege asked for, to answer', 'supervisor', (_, all) => `${people}/asked/${all.asked}`),
  page('privilege asked for, the request', 'none', (_, all) => `/c/100234/requests/${all.asked}`),
  page('privilege asked for, declined', 'none', (_, all) => `/c/100234/requests/${all.answered}`),
  page('yearly review', 'supervisor', (_, all) => all.review),
  page('yearly review, decided', 'supervisor', (_, all) => `${all.review}?show=decided`),
  page('companies', 'several', '/account/companies'),
  page('switch company', 'several', '/switch'),
  page('leave a company', 'several', '/c/100234/departure'),
  page('leave a company, last supervisor', 'supervisor', '/c/100234/departure'),
  page('activity of the company', 'supervisor', '/c/100234/activity'),
  page('activity, nothing fits', 'supervisor', '/c/100234/activity?q=nowhere'),
  page('activity of one’s own', 'supervisor', '/account/activity'),
  page('activity of all', 'desk', '/desk/activity'),
]
