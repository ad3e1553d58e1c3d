import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { routeOf, rowsOf } from '../helpers/company-rows.ts'
import { makeCustomer } from '../helpers/makers.ts'
import { pageStates } from '../helpers/pages.ts'
import { makeStage, type Stage } from '../helpers/stage.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'

// R12 once more, with the forms of every page in every state: those that one cannot come by from the overview among
// them, such as submitting a plan, undoing it, or deciding about somebody else's.

type Sent = { visitor: Visitor; page: string; action: string; fields: Record<string, string | string[]> }

const there = 'Z-900'
/** Forms of one route that are sent: of different states. */
const mostOfEach = 4

let stage: Stage
/** The ID of that company. */
let other: string
let forms: Sent[]

beforeAll(async () => {
  stage = await makeStage('en')
  await associateAll()
  forms = await collectForms()
}, 120_000)
afterAll(() => stage.t.close())

/** Whoever belongs to a company belongs to another one as well, and may do everything there. */
async function associateAll(): Promise<void> {
  const { owner } = stage.t.db
  other = (await makeCustomer(owner.db, { customerNumber: there, name: 'Elsewhere' })).id
  await owner.db.execute(sql`
    insert into associations (customer_id, person_id)
    select ${other}, person_id from associations group by person_id on conflict do nothing`)
  await owner.db.execute(sql`
    insert into privileges (customer_id, person_id, privilege)
    select a.customer_id, a.person_id, p from associations a,
      unnest(array['supervisor', 'licensing', 'reporting']) p where a.customer_id = ${other} on conflict do nothing`)
}

async function collectForms(): Promise<Sent[]> {
  let visitor = stage.t.visitor()
  const watched: Stage = {
    ...stage,
    as: async (name) => (visitor = await stage.as(name)),
    anew: async (name) => (visitor = await stage.anew(name)),
  }
  const found: Sent[] = []
  // The last two leave the stage unusable.
  for (const { open } of pageStates.slice(0, -2)) {
    const page = await open(watched)
    if (page.body.includes('method="post"')) found.push(...formsOf(page, visitor))
  }
  const kinds = Map.groupBy(found, ({ action }) => routeOfPost(action))
  return [...kinds.values()].flatMap((ofOne) => {
    const differing = Map.groupBy(ofOne, ({ action, page }) => `${action} ${page}`)
    return [...differing.values()].map(([first]) => first!).slice(0, mostOfEach)
  })
}

function formsOf(page: Answer, visitor: Visitor): Sent[] {
  return page
    .all('form[method=post]')
    .map((form) => {
      const fields: Sent['fields'] = {}
      for (const input of form.querySelectorAll('input, select, textarea')) add(fields, input)
      return { visitor, page: page.url, action: form.getAttribute('action') || page.url, fields }
    })
    .filter(({ action }) => action.startsWith('/c/') && !action.startsWith(`/c/${there}`))
}

/** What a person may type where nothing is filled in. */
const typed: Record<string, string> = {
  quantity: '1',
  email: 'somebody@demo.example',
  id1: '00-1A-2B-3C-4D-99',
  id2: '00-1A-2B-3C-4D-98',
  id3: '00-1A-2B-3C-4D-97',
  port: '27000',
  country: 'FR',
  phone: '',
  licensingUntil: '',
  reportingUntil: '',
  until: '',
}

function add(fields: Sent['fields'], input: Element): void {
  const name = input.getAttribute('name')
  const type = input.getAttribute('type') ?? ''
  if (!name || type === 'file' || input.hasAttribute('disabled')) return
  if (type === 'radio' && fields[name] !== undefined && !input.hasAttribute('checked')) return
  const options = [...input.querySelectorAll('option')]
  const option = options.find((one) => one.hasAttribute('selected')) ?? options.at(-1)
  const given =
    input.getAttribute('value') ?? option?.getAttribute('value') ?? input.textContent?.trim() ?? ''
  const isEmpty = given === '' && type !== 'hidden' && !option
  const value = isEmpty ? (typed[name.replace(/-.*/, '')] ?? 'words') : given
  const before = fields[name]
  fields[name] = before === undefined || type === 'radio' ? value : [before, value].flat()
}

const routeOfPost = (action: string) => routeOf(stage.t, 'POST', action)

test('R12: no form of any page in any state reaches the company that another tab has switched to', async () => {
  const visitors = new Set(forms.map(({ visitor }) => visitor))
  for (const visitor of visitors) {
    const csrf = (await visitor.open('/account')).one('input[name=_csrf]').getAttribute('value')!
    expect((await visitor.post('/switch', { _csrf: csrf, customer: there, to: '' })).location).toBe(
      `/c/${there}`,
    )
    await visitor.open(`/c/${there}`)
  }
  const before = await rowsOf(stage.t, other)
  const acted = new Set<string>()
  // What ends a plan, a person or one's being here comes after what needs them.
  const ends = [
    /submission|completion/,
    /discard|removal|withdrawal|cancellation|refus|recommission|retrieval/,
    /departure|primary|people\/(second-factor|approval)/,
  ]
  const last = ({ action }: Sent) => ends.findIndex((one) => one.test(action))
  for (const { visitor, action, fields } of forms.toSorted((a, b) => last(a) - last(b))) {
    const answer = await visitor.post(action, fields)
    const about = `${routeOfPost(action)} ${answer.status} ${answer.location}`
    expect([about, answer.status < 500, answer.location.includes(`/c/${there}`)]).toEqual([
      about,
      true,
      false,
    ])
    expect([about, await rowsOf(stage.t, other)]).toEqual([about, before])
    if (answer.status === 303) acted.add(routeOfPost(action))
  }
  // Most of them did what they say; the others are of something that another form has ended before.
  expect(acted.size).toBeGreaterThan(45)
}, 120_000)
