import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hosts, plans } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { dayFromNow } from '../helpers/makers.ts'
import { type Answer, formOf, type Visitor } from '../helpers/visitor.ts'
import { beginWith, submitPlanPage, workplace } from '../helpers/workplace.ts'

const base = '/c/100234'
let site: TestApp
let luc: Visitor
let at: ReturnType<typeof workplace>

beforeAll(async () => {
  site = await testApp()
  luc = await site.signIn('licensing@demo.example')
  at = workplace(site)
})
afterAll(() => site.close())

const startWith = (hostId: string) => luc.get(`${base}/replace?from=${hostId}`)
const begins = (page: Answer) => page.all(`form[action="${base}/plans"]`).length > 0
const linksOf = (page: Answer) => page.all('main a').map((a) => a.getAttribute('href'))

async function held(label: string) {
  const { id } = await at.own({ quantity: 8 })
  const host = await at.host(label)
  await at.place(id, host.id, 5)
  return { id, host }
}

async function end(entitlementId: string) {
  await site.db.owner.sql`
    update entitlements set entitled = 0, owned = placed, ends_on = ${dayFromNow(-3)} where id = ${entitlementId}`
}

const countPlans = async () => (await site.db.owner.db.select().from(plans)).length

describe('Replace hardware, of a host with nothing to replace', () => {
  test('an empty host: said on the first page, with what to do instead, and no plan is begun', async () => {
    const host = await at.host('NR1')
    const before = await countPlans()
    const page = await startWith(host.id)
    expect([page.status, page.heading]).toEqual([200, 'Replace hardware'])
    expect(page.text).toContain('Nothing is placed on NR1, so nothing would go along')
    expect(begins(page)).toBe(false)
    expect(linksOf(page)).toEqual(
      expect.arrayContaining([
        `${base}/hosts/${host.id}/decommission`,
        `${base}/configure/new-host`,
        `${base}/replace`,
      ]),
    )
    for (const link of ['Take the host out of service', 'Register the new machine', 'Choose another host'])
      expect((await luc.get(page.link(link))).status).toBe(200)
    expect(await countPlans()).toBe(before)
  })

  test('emptied while its first page stood open: the button answers the same, and no plan is begun', async () => {
    const { id, host } = await held('NR2')
    const page = await startWith(host.id)
    expect(begins(page)).toBe(true)
    await at.plans.place([{ entitlementId: id, from: host.id, quantity: 5 }], 'return')
    const before = await countPlans()
    const refused = await luc.submit(page, {}, `${base}/plans`)
    expect([refused.status, refused.heading]).toEqual([422, 'Replace hardware'])
    expect(refused.title.startsWith('Error:')).toBe(true)
    expect(refused.text).toContain('Nothing is placed on NR2')
    expect(linksOf(refused)).toContain(`${base}/hosts/${host.id}/decommission`)
    expect(await countPlans()).toBe(before)
  })

  test('a host out of service leads to what can be done; one that was replaced, to its successor', async () => {
    const retired = await at.host('NR3')
    await luc.submit(
      await luc.get(`${base}/hosts/${retired.id}/decommission`),
      {},
      `${base}/hosts/${retired.id}/decommission`,
    )
    const page = await startWith(retired.id)
    expect(page.text).toContain('NR3 is out of service: nothing is left on it to replace')
    expect([begins(page), linksOf(page).includes(`${base}/hosts/${retired.id}/recommission`)]).toEqual([
      false,
      true,
    ])

    const { host } = await held('NR4')
    const plan = (await beginWith(luc, 'replace', `?from=${host.id}`)).replace(/\/from.*/, '')
    const next = await luc.submitAndFollow(await luc.get(`${plan}/from/${host.id}/reason`), {
      cause: 'upgrade',
    })
    await luc.submit(next, { id1: '02EE00000004', server1: 'nr4' })
    await submitPlanPage(luc, plan)
    const [successor] = await site.db.owner.db.select().from(hosts).where(eq(hosts.replacesHostId, host.id))
    const replaced = await startWith(host.id)
    expect(replaced.text).toContain('This hardware of NR4 has been replaced already')
    const onwards = await luc.get(replaced.link('Replace the hardware that has taken its place'))
    expect(onwards.text).toContain('This plan begins with host NR4')
    expect(onwards.one('input[name=from]').getAttribute('value')).toBe(successor!.id)
  })

  test('where all on it has ended: what a plan would come to is said first, and it can be done', async () => {
    const { id, host } = await held('NR5')
    await end(id)
    const page = await startWith(host.id)
    expect(page.text).toContain('All 5 licenses on NR5 have ended')
    const reason = await luc.submitAndFollow(page, {}, `${base}/plans`)
    expect(reason.heading).toBe('Why is NR5 replaced?')
    const next = await luc.submitAndFollow(reason, { cause: 'failed' })
    await luc.submit(next, { id1: '02EE00000005', server1: 'nr5' })
    const request = await submitPlanPage(luc, reason.url.replace(/\/from.*/, ''))
    expect(request.text).toMatch(/Completed/i)
    expect(await at.placedOn(host.id)).toEqual({})
    const [successor] = await site.db.owner.db.select().from(hosts).where(eq(hosts.replacesHostId, host.id))
    expect([successor!.status, await at.placedOn(successor!.id)]).toEqual(['active', {}])
  })

  test('R12: a host of another company, one that is none, and one of a draft only are not found', async () => {
    const theirs = await site.db.owner.sql<[{ id: string }]>`
      insert into hosts (customer_id, id, label, kind, status)
      values (${site.cast.customers['100555']!}, gen_random_uuid(), 'NR6', 'single', 'active') returning id`
    expect((await startWith(theirs[0].id)).status).toBe(404)
    expect((await startWith(crypto.randomUUID())).status).toBe(404)
    const [draft] = await site.db.owner.db
      .insert(hosts)
      .values({
        customerId: at.customerId,
        id: crypto.randomUUID(),
        label: 'NR6',
        kind: 'single',
        status: 'planned',
      })
      .returning()
    expect((await startWith(draft!.id)).status).toBe(404)
    const { values } = formOf(await luc.get(`${base}/replace`), `${base}/plans`)
    expect((await luc.post(`${base}/plans`, { ...values, from: theirs[0].id })).status).toBe(404)
  })

  test('an address typed within a plan says the same, and takes no reason for it', async () => {
    const host = await at.host('NR7')
    const plan = (await beginWith(luc, 'replace')).replace(/\/from.*/, '')
    const page = await luc.get(`${plan}/from/${host.id}/reason`)
    expect([page.status, page.heading]).toEqual([200, 'NR7 cannot be replaced'])
    expect(page.all('main form')).toEqual([])
    expect(linksOf(page)).toContain(`${base}/hosts/${host.id}/decommission`)
    const { host: full } = await held('NR8')
    const { values } = formOf(
      await luc.get(`${plan}/from/${full.id}/reason`),
      `${plan}/from/${full.id}/reason`,
    )
    const sent = await luc.post(`${plan}/from/${host.id}/reason`, { ...values, cause: 'upgrade' })
    expect([sent.status, sent.heading]).toEqual([422, 'NR7 cannot be replaced'])
  })

  test('emptied while the plan is a draft: its pages say so, and lead to another host', async () => {
    const { id, host } = await held('NR9')
    const first = await beginWith(luc, 'replace', `?from=${host.id}`)
    const plan = first.replace(/\/from.*/, '')
    const successor = await luc.submitAndFollow(await luc.get(first), { cause: 'upgrade' })
    await luc.submit(successor, { id1: '02EE00000009', server1: 'nr9' })
    const stale = await luc.get(successor.url)
    await at.plans.place([{ entitlementId: id, from: host.id, quantity: 5 }], 'return')
    expect((await luc.get(successor.url)).location).toBe(first)
    expect((await luc.submit(stale, { id1: '02EE00000019' })).location).toBe(first)
    const page = await luc.get(plan)
    expect(page.text).toContain('Nothing is placed on NR9, so nothing would go along')
    expect(page.all(`form[action="${plan}/submission"]`)).toEqual([])
    expect(page.link('Choose the host that is replaced')).toBe(`${plan}/from`)
  })
})
