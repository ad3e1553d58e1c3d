import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hosts, planLines, requests } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { dayFromNow, makeEntitlement, makeHost, makeProduct } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'

const base = '/c/100234'
let site: TestApp
let lemaire: string
let luc: Visitor

beforeAll(async () => {
  site = await testApp()
  lemaire = site.cast.customers['100234']!
  luc = await site.signIn('licensing@demo.example')
})
afterAll(() => site.close())

const owner = () => site.db.owner.db

async function own(
  values: Parameters<typeof makeEntitlement>[3] = {},
  product: Parameters<typeof makeProduct>[1] = {},
) {
  const made = await makeProduct(owner(), product)
  return { product: made, ...(await makeEntitlement(owner(), lemaire, made.id, values)) }
}

/** Begins a plan by the tool's button; gives its address. */
async function begin(visitor = luc): Promise<string> {
  const start = await visitor.get(`${base}/configure`)
  const answer = await visitor.submit(start, {}, `${base}/plans`)
  expect(answer.status).toBe(303)
  return answer.location.replace(/\/entitlement$/, '')
}

/** Adds a line by its page; gives the answer to the form. */
async function add(
  plan: string,
  entitlementId: string,
  hostId: string,
  quantity: string | number,
  visitor = luc,
) {
  const page = await visitor.get(`${plan}/entitlement/${entitlementId}/host/${hostId}`)
  return visitor.submit(page, { quantity: String(quantity) })
}

const submit = (page: Answer, visitor = luc) => visitor.submit(page, {}, `${page.url}/submission`)
const fieldError = (page: Answer, field: string) =>
  page.one(`#${field}-error`).textContent?.replace(/\s+/g, ' ').trim()

describe('Configure new licenses', () => {
  test('R1, R6: licensing places a license on a known host, page by page, and gets a request number', async () => {
    const { product, id } = await own({ quantity: 6 }, { name: 'Forma Base' })
    const host = await makeHost(owner(), lemaire, { label: 'LYO-CAD-07' })
    const plan = await begin()
    const entitlements = await luc.get(`${plan}/entitlement?text=forma`)
    expect(entitlements.status).toBe(200)
    const choice = entitlements.link(product.name)
    expect(choice).toBe(`${plan}/entitlement/${id}/host`)
    const targets = await luc.get(choice)
    const quantity = await luc.get(targets.link('LYO-CAD-07'))
    expect(quantity.text).toContain('6 are available')
    const added = await luc.submit(quantity, { quantity: '4' })
    expect([added.status, added.location]).toEqual([303, plan])

    const check = await luc.get(plan)
    expect(check.heading).toBe('Check the plan before submitting')
    expect(check.text).toContain('1 host changes. Nothing is changed until you submit.')
    expect(check.one('.g-compare').textContent!.replace(/\s+/g, ' ')).toMatch(
      /Nothing is placed here.*Forma Base ?4 \(new\)/,
    )
    expect(check.one('.g-diff').textContent).toContain('+INCREMENT')
    expect(check.body).not.toContain('SIGN=')
    const done = await submit(check)
    expect(done.status).toBe(303)
    expect(done.location).toMatch(/^\/c\/100234\/requests\/\d{9}$/)
    const request = await luc.get(done.location)
    expect(request.status).toBe(200)
    expect(request.text).toContain('Forma Base')
    expect((await owner().select().from(hosts).where(eq(hosts.id, host.id)))[0]).toMatchObject({
      packIssue: 1,
    })
  })

  test('a new host is described, checked, and becomes one with the plan', async () => {
    const { id } = await own()
    const plan = await begin()
    const form = await luc.get(`${plan}/entitlement/${id}/new-host`)
    const answer = await luc.submit(form, { label: 'NTE-1', id1: '02:bb:00:00:00:01', server1: 'nte-1' })
    expect(answer.status).toBe(303)
    const hostId = answer.location.split('/').at(-1)!
    expect((await owner().select().from(hosts).where(eq(hosts.id, hostId)))[0]).toMatchObject({
      status: 'planned',
    })
    await luc.submit(await luc.get(answer.location), { quantity: '2' })
    const check = await luc.get(plan)
    expect(check.text).toContain('02-BB-00-00-00-01')
    expect(check.text).toContain('new in this plan')
    const changed = await luc.submit(await luc.get(check.link('Change this host')), { label: 'NTE-2' })
    expect([changed.status, changed.location]).toEqual([303, plan])
    const done = await submit(await luc.get(plan))
    expect(done.status).toBe(303)
    expect((await owner().select().from(hosts).where(eq(hosts.id, hostId)))[0]).toMatchObject({
      status: 'active',
      label: 'NTE-2',
      packIssue: 1,
    })
  })

  test('a triad is asked for three IDs and names', async () => {
    const { id } = await own()
    const plan = await begin()
    const form = await luc.get((await luc.get(`${plan}/entitlement/${id}/new-host`)).link('Three machines'))
    expect(form.all('input[name^=id]')).toHaveLength(3)
    expect(form.one('label[for=label]').textContent).toBe('Name of the triad')
    const names = { label: 'TRI', server1: 't1', server2: 't2', server3: 't3' }
    const equal = await luc.submit(form, {
      ...names,
      id1: '02BB00000011',
      id2: '02BB00000012',
      id3: '02BB00000011',
    })
    expect(equal.status).toBe(422)
    expect(fieldError(equal, 'id3')).toContain('02-BB-00-00-00-11 is there twice')
    expect(equal.one('#label').getAttribute('value')).toBe('TRI')
    const good = await luc.submit(equal, {
      ...names,
      id1: '02BB00000011',
      id2: '02BB00000012',
      id3: '02BB00000013',
    })
    expect(good.status).toBe(303)
  })

  test('a wrong host ID, the ID of another host and a server name that is not ASCII are refused beside the field', async () => {
    await makeHost(owner(), lemaire, { label: 'TAKEN-1', ids: ['02BB00000021'] })
    const { id } = await own()
    const form = await luc.get(`${await begin()}/entitlement/${id}/new-host`)
    const wrong = await luc.submit(form, { label: 'W', id1: '02BB0000002', server1: 'münchen' })
    expect([wrong.status, wrong.title.startsWith('Error:')]).toEqual([422, true])
    expect(fieldError(wrong, 'id1')).toContain('11 digits')
    expect(fieldError(wrong, 'server1')).toContain('ü')
    expect(wrong.one('#server1').getAttribute('value')).toBe('münchen')
    const taken = await luc.submit(wrong, { label: 'taken-1', id1: '02-BB-00-00-00-21', server1: 'w' })
    expect(fieldError(taken, 'label')).toContain('TAKEN-1')
    expect(fieldError(taken, 'id1')).toContain('is on host TAKEN-1 already')
  })

  test('the check while typing answers a whole page', async () => {
    const good = await luc.get(`${base}/plans/host-id-check?id1=02:bb:00:00:00:77`)
    expect(good.one('#said').textContent).toContain('02-BB-00-00-00-77')
    const wrong = await luc.get(`${base}/plans/host-id-check?id2=DEMO`)
    expect(wrong.one('#said').textContent).toContain('DEMO')
    expect(wrong.one('h1').textContent).toBe('Check a host ID')
  })

  test('more than available is refused beside the quantity, and what was typed stays', async () => {
    const { id } = await own({ quantity: 6 })
    const host = await makeHost(owner(), lemaire, { label: 'LYO-CAD-09' })
    await planner(site.db.database, lemaire, site.cast.people['licensing@demo.example']!).place([
      { entitlementId: id, to: host.id, quantity: 2 },
    ])
    const plan = await begin()
    const refused = await add(plan, id, host.id, 6)
    expect(refused.status).toBe(422)
    expect(fieldError(refused, 'quantity')).toContain('4 are available; 6 asked. 2 sit on host LYO-CAD-09')
    expect(refused.one('#quantity').getAttribute('value')).toBe('6')
    expect((await luc.get(plan)).text).toContain('no license in this plan yet')
    for (const typed of ['', '0', '-1', '1.5', 'four', '99999999999'])
      expect([typed, (await add(plan, id, host.id, typed)).status]).toEqual([typed, 422])
  })

  test('an expired term is not offered, and says what would make it possible', async () => {
    const past = {
      startsOn: dayFromNow(-50),
      endsOn: '2026-11-15',
      today: dayFromNow(),
      contract: { number: '3A-10077' },
    }
    const { product, id } = await own(past, { name: 'Relay Server' })
    const host = await makeHost(owner(), lemaire)
    const plan = await begin()
    expect((await luc.get(`${plan}/entitlement?text=relay`)).text).toContain('No license fits this filter')
    const all = await luc.get(`${plan}/entitlement?text=relay&show=all`)
    expect(all.text).toContain('The term ended on 15 November 2026')
    expect(all.text).toContain('Renewing contract 3A-10077 would make it possible')
    expect(all.all('#results a').some((a) => a.textContent === product.name)).toBe(false)
    expect((await add(plan, id, host.id, 1)).status).toBe(303)
    const check = await luc.get(plan)
    expect(check.text).toContain('1 line cannot be done')
    // Read from the top, the way to the reasons comes before the lines.
    const why = check.one('main a[href="#refused"]')
    expect(why.textContent).toBe('1 line cannot be done: why not, and what would help')
    expect(check.one('#refused').textContent).toBe('1 line cannot be done')
    expect(check.text).toContain('Renewing contract 3A-10077 would make it possible')
    expect(check.all('form[action$="/submission"]')).toEqual([])
    await luc.submit(check, {}, check.all('form[action$="/removal"]')[0]!.getAttribute('action')!)
    expect((await luc.get(plan)).text).toContain('no license in this plan yet')
  })

  test('node-locked: quantity is fixed at 1, a triad is not offered, a second time says so', async () => {
    const { id } = await own({}, { licenseType: 'node-locked' })
    const single = await makeHost(owner(), lemaire, { label: 'NODE-1' })
    await makeHost(owner(), lemaire, {
      label: 'NODE-TRI',
      ids: ['02BB00000031', '02BB00000032', '02BB00000033'],
    })
    const plan = await begin()
    const targets = await luc.get(`${plan}/entitlement/${id}/host?text=NODE-`)
    expect(targets.text).toContain('it cannot be placed on NODE-TRI, which is a triad')
    expect(targets.all('#results a').map((a) => a.textContent)).toEqual(['NODE-1'])
    const page = await luc.get(targets.link('NODE-1'))
    expect(page.all('input[name=quantity]')).toEqual([])
    expect((await luc.submit(page, { quantity: '5' })).status).toBe(303)
    const [line] = await owner().select().from(planLines).where(eq(planLines.toHostId, single.id))
    expect(line!.quantity).toBe(1)
    expect((await luc.get(`${plan}/entitlement/${id}/host?text=NODE-1`)).text).toContain(
      'is on NODE-1 already',
    )
  })

  test('extended without its base: the check page names the base', async () => {
    const { product } = await own({}, { name: 'Base of all' })
    const { id } = await own({}, { base: product.id })
    const host = await makeHost(owner(), lemaire)
    const plan = await begin()
    await add(plan, id, host.id, 1)
    expect((await luc.get(plan)).text).toContain('Adding Base of all for')
  })

  test('two people at once: one wins, the other is told what is left, and nothing is lost', async () => {
    const { id } = await own({ quantity: 6 })
    const host = await makeHost(owner(), lemaire, { label: 'RACE-1' })
    const both = await site.signIn('both@demo.example')
    const [mine, theirs] = [await begin(), await begin(both)]
    await add(mine, id, host.id, 4)
    await add(theirs, id, host.id, 4, both)
    const pages = [await luc.get(mine), await both.get(theirs)]
    const answers = await Promise.all([submit(pages[0]!), submit(pages[1]!, both)])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
    const lost = answers.find(({ status }) => status === 422)!
    expect(lost.title).toMatch(/^Error:/)
    expect(lost.text).toContain('1 line cannot be done, so nothing was done.')
    expect(lost.text).toContain('2 are available; 4 asked. 4 sit on host RACE-1')
  })

  test('back, reload, second tab, double click: a plan is done once and keeps its number', async () => {
    const { id } = await own()
    const host = await makeHost(owner(), lemaire)
    const plan = await begin()
    await add(plan, id, host.id, 1)
    // The same step again, from a second tab, sets the quantity and does not add to it.
    await add(plan, id, host.id, 3)
    const [first, second] = [await luc.get(plan), await luc.get(plan)]
    const clicks = await Promise.all([submit(first), submit(first), submit(second)])
    expect(clicks.map(({ status }) => status)).toEqual([303, 303, 303])
    expect(new Set(clicks.map(({ location }) => location)).size).toBe(1)
    expect((await submit(first)).location).toBe(clicks[0]!.location)
    const planId = plan.split('/').at(-1)!
    expect(await owner().select().from(requests).where(eq(requests.planId, planId))).toHaveLength(1)
    for (const path of [plan, `${plan}/entitlement`, `${plan}/entitlement/${id}/host/${host.id}`]) {
      const closed = await luc.get(path)
      expect(closed.heading).toBe('This plan was submitted')
      expect(closed.all('main a').map((a) => a.getAttribute('href'))).toContain(clicks[0]!.location)
    }
    const late = await luc.submit(
      first,
      {},
      first.all('form[action$="/removal"]')[0]!.getAttribute('action')!,
    )
    expect(late.status).toBe(409)
    expect(late.text).toContain('submitted already, as request')
  })

  test('a plan is saved by name, taken up by a colleague, discarded, and then changes nothing', async () => {
    const { id } = await own()
    const host = await makeHost(owner(), lemaire)
    const plan = await begin()
    await add(plan, id, host.id, 1)
    const saved = await luc.submit(await luc.get(plan), { name: 'Lyon renewal' }, `${plan}/name`)
    expect([saved.status, saved.location]).toEqual([303, `${base}/configure`])
    const both = await site.signIn('both@demo.example')
    const drafts = await both.get(`${base}/configure`)
    expect(drafts.link('Lyon renewal')).toBe(plan)
    const page = await both.get(plan)
    const discarded = await both.submit(page, {}, `${plan}/discard`)
    expect(discarded.status).toBe(303)
    expect((await both.submit(page, {}, `${plan}/discard`)).status).toBe(303)
    expect((await luc.get(plan)).heading).toBe('This plan was discarded')
    expect((await submit(page, both)).status).toBe(409)
  })

  test('an address of another customer is not found, whatever the step', async () => {
    const { id } = await own()
    const host = await makeHost(owner(), lemaire)
    const plan = await begin()
    await add(plan, id, host.id, 1)
    const stranger = await site.signIn('stranger@demo.example')
    const planId = plan.split('/').at(-1)!
    for (const start of [base, '/c/100555']) {
      const there = `${start}/plans/${planId}`
      for (const path of [
        '',
        '/entitlement',
        `/entitlement/${id}/host`,
        `/entitlement/${id}/host/${host.id}`,
      ])
        expect([there + path, (await stranger.get(there + path)).status]).toEqual([there + path, 404])
    }
    const own555 = await stranger.submit(await stranger.get('/c/100555/configure'), {}, '/c/100555/plans')
    const theirs = own555.location.replace('/entitlement', '')
    expect((await stranger.get(`${theirs}/entitlement/${id}/host`)).status).toBe(404)
    const form = await stranger.get('/c/100555/configure')
    const token = {
      _csrf: form.one('input[name=_csrf]').getAttribute('value')!,
      _key: form.one('input[name=_key]').getAttribute('value')!,
    }
    expect((await stranger.post(`/c/100555/plans/${planId}/submission`, token)).status).toBe(404)
    expect(
      (await stranger.post(`${theirs}/entitlement/${id}/host/${host.id}`, { ...token, quantity: '1' }))
        .status,
    ).toBe(404)
    expect((await luc.get(`${plan}/entitlement/not-an-id/host`)).status).toBe(404)
  })

  test('R6, R7, R10: without the Licensing privilege the tool is refused, with the way to get it', async () => {
    for (const email of ['reporting@demo.example', 'none@demo.example', 'supervisor@demo.example']) {
      const visitor = await site.signIn(email)
      const page = await visitor.get(`${base}/configure`)
      expect([email, page.status]).toEqual([email, 403])
    }
    const odile = await site.signIn('open@demo.example')
    expect((await odile.get('/c/100871/configure')).status).toBe(200)
  })

  test('French', async () => {
    const { id } = await own({}, { name: 'Tracé Schémas' })
    const host = await makeHost(owner(), lemaire)
    const plan = await begin()
    await add(plan, id, host.id, 1)
    luc.headers = { 'accept-language': 'fr' }
    for (const path of [
      `${base}/configure`,
      plan,
      `${plan}/entitlement?show=all`,
      `${plan}/entitlement/${id}/host`,
    ])
      expect((await luc.get(path)).one('html').getAttribute('lang')).toBe('fr')
    expect((await luc.get(plan)).heading).toBe('Vérifier le plan avant de le soumettre')
    luc.headers = {}
  })
})
