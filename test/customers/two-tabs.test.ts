import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { routeOf, rowsOf } from '../helpers/company-rows.ts'
import { makeStage, type Stage } from '../helpers/stage.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'

// R12: nothing done from any page can reach the wrong company. One tab stands on every form of one company; another
// tab switches to the second company; then each form of the first is sent.

type Form = { action: string; fields: Record<string, string | string[]> }

const here = '100234'
const there = '100990'
let stage: Stage
let visitor: Visitor
let forms: Form[]

beforeAll(async () => {
  stage = await makeStage('en')
  const { t } = stage
  const person = t.cast.people['several@demo.example']!
  for (const number of [here, there]) {
    await t.db.owner.db.execute(sql`
      insert into privileges (customer_id, person_id, privilege)
      select ${t.cast.customers[number]!}, ${person}, p from unnest(array['supervisor', 'licensing', 'reporting']) p
      on conflict do nothing`)
  }
  visitor = await stage.anew('several')
  forms = await collectForms()
}, 120_000)
afterAll(() => stage.t.close())

/** Every form that posts to the first company, of every page that links lead to; one of each route. */
async function collectForms(): Promise<Form[]> {
  const found = new Map<string, Form>()
  const waiting = new Set([`/c/${here}`])
  const pagesOf = new Map<string, number>()
  // A set is walked to the end, what is added on the way included.
  for (const address of waiting) {
    const kind = kindOf('GET', address)
    const pages = pagesOf.get(kind) ?? 0
    // Two of each kind of page: things differ, lists have no end.
    if (pages >= 2) continue
    pagesOf.set(kind, pages + 1)
    const page = await visitor.get(address)
    if (page.status !== 200 || !String(page.headers['content-type']).startsWith('text/html')) continue
    for (const form of formsOf(page)) found.set(kindOf('POST', form.action), form)
    for (const link of page.all('a[href]')) {
      const href = link.getAttribute('href')!.split('#')[0]!
      if (href.startsWith(`/c/${here}`)) waiting.add(href)
    }
  }
  return [...found.values()]
}

/** The posts that no page offers at the moment, sent bare. */
function restOf(offered: Form[], csrf: string): Form[] {
  const kinds = new Set(offered.map(({ action }) => kindOf('POST', action)))
  return stage.t.app.routeTable
    .filter(({ method, url }) => method === 'POST' && url.startsWith('/c/') && !kinds.has(`POST ${url}`))
    .map(({ url }) => ({
      action: url.replace(':customer', here).replace(/:\w+/g, 'x'),
      fields: { _csrf: csrf, _key: crypto.randomUUID() },
    }))
}

function formsOf(page: Answer): Form[] {
  const posts = page.all('form[method=post]').map((form) => {
    const action = form.getAttribute('action') || page.url
    const fields: Form['fields'] = {}
    for (const input of form.querySelectorAll('input, select, textarea')) {
      const name = input.getAttribute('name')
      if (!name || input.getAttribute('type') === 'file') continue
      if (input.getAttribute('type') === 'radio' && fields[name] !== undefined) continue
      const option = input.querySelector('option[selected]') ?? input.querySelector('option:last-child')
      const value = input.getAttribute('value') ?? option?.getAttribute('value') ?? 'words'
      const before = fields[name]
      fields[name] = before === undefined ? value : [before, value].flat()
    }
    return { action, fields }
  })
  return posts.filter(({ action }) => action.startsWith(`/c/${here}`))
}

/** Method and route of an address, as the table of routes writes it. */
const kindOf = (method: string, address: string) => `${method} ${routeOf(stage.t, method, address)}`
const rowsOfThere = () => rowsOf(stage.t, stage.t.cast.customers[there]!)

test('R12: every kind of form acts on the company of its page, whatever another tab has switched to', async () => {
  const csrf = (await visitor.open('/account')).one('input[name=_csrf]').getAttribute('value')!
  forms.push(...restOf(forms, csrf))
  const switched = await visitor.post('/switch', { _csrf: csrf, customer: there, to: '' })
  expect([switched.status, switched.location]).toEqual([303, `/c/${there}`])
  await visitor.open(`/c/${there}`)
  const before = await rowsOfThere()
  const answers: string[] = []
  // What ends a plan, a person or one's being here comes after what needs them.
  const ends = [/discard|removal/, /departure|primary/]
  const last = (form: Form) => ends.findIndex((one) => one.test(form.action))
  for (const form of forms.toSorted((a, b) => last(a) - last(b))) {
    const answer = await visitor.post(form.action, form.fields)
    const about = `${kindOf('POST', form.action)} ${answer.status} ${answer.location}`
    answers.push(about)
    expect([about, answer.status < 500]).toEqual([about, true])
    expect([about, answer.location.includes(`/c/${there}`)]).toEqual([about, false])
    expect([about, await rowsOfThere()]).toEqual([about, before])
  }
  // Most of them did what they say.
  expect(answers.filter((about) => / 303 \/c\/100234/.test(about)).length).toBeGreaterThan(8)
}, 120_000)
