import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { customers } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { dayFromNow } from '../helpers/makers.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'
import { beginWith, submitPlanPage, workplace } from '../helpers/workplace.ts'

// What a person sees and cannot use says all its reasons and the way out, in the checker's words.

const base = '/c/100234'
let site: TestApp
let luc: Visitor
let rose: Visitor
let both: Visitor
let at: ReturnType<typeof workplace>

beforeAll(async () => {
  site = await testApp()
  luc = await site.signIn('licensing@demo.example')
  rose = await site.signIn('reporting@demo.example')
  both = await site.signIn('both@demo.example')
  at = workplace(site)
})
afterAll(() => site.close())

/** Sits on a host of its own; its term has ended. */
async function expiredOn(label: string) {
  const owned = await at.own({ quantity: 3, contract: { number: `${label}-SC` } }, { name: `${label} Base` })
  const host = await at.host(label)
  const { requestNumber } = await at.place(owned.id, host.id, 3)
  await site.db.owner.sql`
    update entitlements set entitled = 0, owned = placed, ends_on = ${dayFromNow(-5)} where id = ${owned.id}`
  return { ...owned, host, requestNumber }
}

async function wantApproval(requiresApproval: boolean) {
  await site.db.owner.db.update(customers).set({ requiresApproval }).where(eq(customers.id, at.customerId))
}

const hasLink = (page: Answer, part: string) =>
  page.all('main a').some((a) => (a.getAttribute('href') ?? '').includes(part))
const renewing = (label: string) => `Renewing contract ${label}-SC would make it possible`

describe('the page of a host', () => {
  test('where all has expired: what can be done is offered, what cannot says why', async () => {
    const { host } = await expiredOn('WHY-A')
    const page = await luc.get(`${base}/hosts/${host.id}`)
    expect(page.text).toContain('Nothing here can move to another host: The term ended on')
    expect(page.text).toContain(renewing('WHY-A'))
    expect(['move', 'return', 'replace'].map((tool) => hasLink(page, `/${tool}?from=`))).toEqual([
      false,
      true,
      true,
    ])
  })

  test('out of service, without the privilege, or on a past day: the way to what can be done', async () => {
    const host = await at.host('WHY-B')
    const path = `${base}/hosts/${host.id}`
    const asReader = await rose.get(path)
    expect(asReader.text).toContain('Placing, moving, returning and replacing')
    expect((await rose.get(asReader.link('How to get the privilege Licensing'))).status).toBe(403)
    expect((await luc.get(path)).text).toContain('Retrieving a pack takes the Reporting privilege')
    const past = await luc.get(`${path}?asOf=${dayFromNow(-1)}`)
    expect(hasLink(past, '/configure')).toBe(false)
    await luc.submit(await luc.get(`${path}/decommission`), {}, `${path}/decommission`)
    const retired = await luc.get(path)
    expect(retired.text).toContain('This host is out of service: nothing can be placed on it')
    expect(hasLink(retired, `${path}/recommission`)).toBe(true)
    expect((await luc.get(`${base}/configure?from=${host.id}`)).text).toContain('is not in service any more')
  })

  test('Configure begins a plan in which the host is chosen; what cannot go there says all reasons', async () => {
    const triad = await at.host('WHY-C', {
      kind: 'triad',
      ids: ['02AA50000001', '02AA50000002', '02AA50000003'],
      servers: ['', '', ''],
    })
    const [locked, floating] = [
      await at.own({}, { name: 'WHY-C Locked', licenseType: 'node-locked' }),
      await at.own({}, { name: 'WHY-C Served' }),
    ]
    await expiredOn('WHY-C2')
    const first = await beginWith(luc, 'configure', `?from=${triad.id}`)
    const page = await luc.get(`${first}&text=WHY-C&show=all`)
    expect(page.text).toContain('They go to host WHY-C.')
    expect(page.text).toContain('it cannot be placed on WHY-C, which is a triad')
    expect(page.text).toContain('WHY-C has no server name')
    expect(page.one('input[name=host]').getAttribute('value')).toBe(triad.id)
    const row = page.all('tbody tr').find((one) => one.textContent?.includes('WHY-C2 Base'))
    expect(row?.textContent).toContain('The term ended on')
    expect(row?.textContent).toContain('WHY-C has no server name')
    expect(hasLink(page, locked.id) || hasLink(page, floating.id)).toBe(false)

    const host = await at.host('WHY-D')
    const begun = await beginWith(luc, 'configure', `?from=${host.id}`)
    const quantity = await luc.get((await luc.get(`${begun}&text=WHY-C Served`)).link('WHY-C Served'))
    expect(quantity.heading).toBe('How many licenses of WHY-C Served on WHY-D?')
  })
})

describe('the page of a product', () => {
  test('says beside each entitlement why none can be placed, and of each tool why it is not offered', async () => {
    const { product } = await expiredOn('WHY-E')
    const path = `${base}/licenses/${product.partNumber}`
    const page = await luc.get(path)
    expect(page.text).toContain('None can be placed now; why stands beside each entitlement')
    expect(page.one('tbody th').textContent).toContain(renewing('WHY-E'))
    expect(page.text).toContain('None of what is placed can move to another host')
    expect(page.text).toContain('Your company owns no WHY-E Base that is in force today')
    const offered = ['configure', 'move', 'return', 'temporary'].filter((tool) => hasLink(page, `/${tool}?`))
    expect(offered).toEqual(['return'])
    expect((await rose.get(path)).text).not.toContain('None can be placed now')
  })

  test('a limit of temporary licenses is said beside the tool; a draft of one is nothing the company has', async () => {
    const { id, product } = await at.own({ quantity: 5 }, { name: 'WHY-F Base' })
    const host = await at.host('WHY-F')
    const path = `${base}/licenses/${product.partNumber}`
    expect(hasLink(await luc.get(path), `/configure?product=${product.partNumber}`)).toBe(true)
    await at.lend(id, host.id, 1)
    await at.lend(id, host.id, 1)
    const plan = (await beginWith(luc, 'temporary')).replace(/\/product.*/, '')
    const quantity = await luc.get(`${plan}/product/${product.id}/host/${host.id}`)
    await luc.submit(quantity, { quantity: '1' })
    const page = await luc.get(path)
    expect(page.text).toContain('2 temporary licenses are open; 2 may be at a time. The desk decides.')
    expect(page.all('tbody tr')).toHaveLength(3)
    const choices = await luc.get(`${await beginWith(luc, 'configure')}?text=WHY-F&show=all`)
    expect(choices.all('tbody tr')).toHaveLength(3)
    expect(choices.text).toContain('Ask for another temporary license')
  })
})

describe('the questions of a tool', () => {
  test('what is all placed says where it sits', async () => {
    const { id } = await at.own({ quantity: 4 }, { name: 'WHY-G Base' })
    const [big, small] = [await at.host('WHY-G1'), await at.host('WHY-G2')]
    await at.place(id, big.id, 3)
    await at.place(id, small.id, 1)
    const page = await luc.get(`${await beginWith(luc, 'configure')}?text=WHY-G&show=all`)
    expect(page.text).toContain('All are placed (4). 3 sit on host WHY-G1, 1 on 1 other host')
  })

  test('a host of which nothing can move is not offered, and its own page of quantities has only ways out', async () => {
    const { host } = await expiredOn('WHY-H')
    const to = await at.host('WHY-H2')
    const giving = await luc.get(`${await beginWith(luc, 'move')}?text=WHY-H`)
    expect(giving.text).toContain('What sits on WHY-H stays there')
    expect(hasLink(giving, host.id)).toBe(false)
    const page = await luc.get(`${giving.url.replace(/\?.*/, '')}/${host.id}/to/${to.id}`)
    expect(page.text).toContain(renewing('WHY-H'))
    expect(page.text).toContain('None of it can go to WHY-H2')
    expect(page.all('main button')).toEqual([])
    expect(hasLink(page, `/return?from=${host.id}`)).toBe(true)
    const back = await luc.get(`${await beginWith(luc, 'return')}?text=WHY-H`)
    expect(hasLink(back, `${host.id}/pool`)).toBe(true)
  })
})

describe('the page of a request', () => {
  test('who may not undo reads the time left, the privilege and the way to it; packs and files the same', async () => {
    const { requestNumber } = await expiredOn('WHY-I')
    const path = `${base}/requests/${requestNumber}`
    const page = await rose.get(path)
    expect(page.text).toMatch(/can be undone until .* 23 hours .* left\. It takes the Licensing privilege/)
    expect(page.all(`form[action="${path}/undo"]`)).toEqual([])
    expect(page.link('How to get the privilege Licensing')).toBe(`${base}/configure`)
    const samuel = await site.signIn('several@demo.example')
    expect((await samuel.get(path)).text).toContain('Undo this request')
    const report = await rose.submitAndFollow(await rose.get(`${base}/report`), {})
    expect((await luc.get(report.url)).link('How to get the privilege Reporting')).toBe(`${base}/report`)
    const ofBoth = await both.submitAndFollow(await both.get(path), {}, `${path}/again`)
    expect(ofBoth.status).toBe(200)
  })

  test('a plan that waits: who could approve it, who could cancel it, and that its undo is asked for', async () => {
    const owned = await at.own({ quantity: 5 }, { name: 'WHY-J Base' })
    const host = await at.host('WHY-J')
    const { requestNumber } = await at.place(owned.id, host.id, 2)
    const done = `${base}/requests/${requestNumber}`
    await wantApproval(true)
    const undo = await luc.submitAndFollow(await luc.get(done), {}, `${done}/undo`)
    const request = await submitPlanPage(luc, undo.url)
    await wantApproval(false)
    expect(request.text).toContain('so somebody else with Licensing approves: Bruno Carré')
    const number = request.one('.g-number').textContent
    expect((await luc.get(done)).text).toContain(`asked for already, by request ${number}`)
    const reader = await rose.get(request.url)
    expect(reader.text).toContain('Approving takes the Licensing privilege, which Bruno Carré')
    expect(reader.text).toContain('Only Luc Moreau, who made this request, can cancel it.')
    const colleague = await both.get(request.url)
    expect(colleague.text).toContain('Approve the plan')
    expect(colleague.text).not.toContain('Approving takes')
    await both.submit(colleague, {}, `${request.url}/approval`)
    expect((await luc.get(done)).text).toContain(`undone already, by request ${number}`)
  })
})
