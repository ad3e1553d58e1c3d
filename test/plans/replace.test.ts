import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hostMembers, hosts, plans } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { dayFromNow } from '../helpers/makers.ts'
import type { Visitor } from '../helpers/visitor.ts'
import { beginWith, fieldError, submitPlanPage, workplace } from '../helpers/workplace.ts'
import { unzip } from '../helpers/zip.ts'

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

const planOf = (address: string) => address.replace(/\/from.*/, '')

async function placed(label: string, values: Parameters<typeof at.host>[1] = {}) {
  const { id, product } = await at.own({ quantity: 8 })
  const from = await at.host(label, values)
  await at.place(id, from.id, 5)
  return { id, product, from }
}

/** Through the first two questions; gives the page of the third. */
async function toSuccessor(hostId: string, fields: Record<string, string> = { cause: 'upgrade' }) {
  const plan = planOf(await beginWith(luc, 'replace'))
  const reason = await luc.get(`${plan}/from/${hostId}/reason`)
  const next = await luc.submit(reason, fields)
  expect(next.location).toBe(`${plan}/from/${hostId}/successor`)
  return { plan, page: await luc.get(next.location) }
}

const successorsOf = (hostId: string) =>
  site.db.owner.db.select().from(hosts).where(eq(hosts.replacesHostId, hostId))
const membersOf = async (hostId: string) => {
  const rows = await site.db.owner.db
    .select()
    .from(hostMembers)
    .where(eq(hostMembers.hostId, hostId))
    .orderBy(hostMembers.position)
  return rows.map(({ idValue, serverName }) => `${idValue} ${serverName}`)
}

describe('Replace hardware', () => {
  test('R1, R6: everything on a host goes to its successor of the same name, with a request number', async () => {
    const { id, from } = await placed('RP1', { ids: ['02DD00000011'], servers: ['rp1'] })
    const giving = await luc.get(`${await beginWith(luc, 'replace')}?text=RP1`)
    expect(giving.heading).toBe('Which host is replaced?')
    const reason = await luc.get(giving.link('RP1'))
    expect(reason.heading).toBe('Why is RP1 replaced?')
    const page = await luc.submitAndFollow(reason, { cause: 'upgrade' })
    expect(page.heading).toBe('Which machine takes the place of RP1?')
    expect(page.all('#label')).toEqual([])
    expect(page.one('#id1').getAttribute('value')).toBe('02-DD-00-00-00-11')
    expect(page.one('#server1').getAttribute('value')).toBe('rp1')
    expect(page.one('#along').parentElement!.textContent).toContain('5 ×')
    const plan = planOf(giving.url)
    const named = await luc.submit(page, { id1: '02DD00000012' })
    expect([named.status, named.location]).toEqual([303, plan])
    const preview = await luc.get(plan)
    expect(preview.text).toContain('part of the whole')
    expect(preview.one(`#host-${from.id}`).textContent).toContain('ends with this plan')
    const request = await submitPlanPage(luc, plan)
    expect(request.text).toContain('Replace hardware')
    const [successor] = await successorsOf(from.id)
    expect(successor).toMatchObject({ label: 'RP1', status: 'active', kind: 'single' })
    expect(await at.placedOn(successor!.id)).toEqual({ [id]: 5 })
    expect(await at.placedOn(from.id)).toEqual({})
  })

  test('what bears one name before and after is told apart by its host IDs: on the request, in its packs and files', async () => {
    const { from } = await placed('RP1B', { ids: ['02DD00000013'], servers: ['rp1b'] })
    const { plan, page } = await toSuccessor(from.id)
    await luc.submit(page, { id1: '02DD00000014' })
    const request = await submitPlanPage(luc, plan)
    const [, ended, begun] = request.all('tbody tr')[0]!.textContent.match(/RP1B\s+(\S+)[\s\S]*RP1B\s+(\S+)/)!
    expect([ended, begun]).toEqual(['02-DD-00-00-00-13', '02-DD-00-00-00-14'])
    expect(request.all('.g-panel h3').map((one) => one.textContent)).toEqual([
      'License pack of RP1B (02-DD-00-00-00-13)',
      'License pack of RP1B (02-DD-00-00-00-14)',
    ])
    const names = request.all('.g-panel a').map((link) => link.textContent)
    expect(new Set(names).size).toBe(names.length)
    const cookie = [...luc.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const zip = await site.app.inject({ url: `${request.url}/packs.zip`, headers: { cookie } })
    const [readMe, ...files] = unzip(zip.rawPayload)
    expect(files.map(({ name }) => name)).toEqual([
      '100234_RP1B_out-of-service_issue-2.lic',
      '100234_RP1B_issue-1.lic',
    ])
    expect(String(readMe!.data)).toContain('host RP1B, out of service: delete the license file there')
    const single = await site.app.inject({
      url: `${request.url}/packs/${from.id}`,
      headers: { cookie },
    })
    expect(single.headers['content-disposition']).toContain(files[0]!.name)
  })

  test('one machine of a triad is replaced as a single step, beginning from the host’s page', async () => {
    const ids = ['02DD00000021', '02DD00000022', '02DD00000023']
    const { from } = await placed('RP2', { ids, servers: ['a', 'b', 'c'] })
    const start = await luc.get((await luc.get(`${base}/hosts/${from.id}`)).link('Replace this hardware'))
    const reason = await luc.get((await luc.submit(start, {}, `${base}/plans`)).location)
    const page = await luc.submitAndFollow(reason, { cause: 'failed' })
    expect(page.all('input[name^=id]').map((one) => one.getAttribute('value'))).toEqual([
      '02-DD-00-00-00-21',
      '02-DD-00-00-00-22',
      '02-DD-00-00-00-23',
    ])
    await luc.submit(page, { id2: '02DD00000029', server2: 'b2' })
    await submitPlanPage(luc, planOf(page.url))
    const [successor] = await successorsOf(from.id)
    expect(await membersOf(successor!.id)).toEqual(['02DD00000021 a', '02DD00000029 b2', '02DD00000023 c'])
  })

  test('a single server becomes a triad that keeps its machine, and a triad one machine', async () => {
    const { from } = await placed('RP3', { ids: ['02DD00000031'], servers: ['a'] })
    const { plan, page } = await toSuccessor(from.id)
    const triad = await luc.get(page.link('Three machines'))
    expect(triad.one('#id1').getAttribute('value')).toBe('02-DD-00-00-00-31')
    await luc.submit(triad, { id2: '02DD00000032', server2: 'b', id3: '02DD00000033', server3: 'c' })
    await submitPlanPage(luc, plan)
    const [three] = await successorsOf(from.id)
    expect(three!.kind).toBe('triad')
    const back = await toSuccessor(three!.id)
    const one = await luc.get(back.page.link('One machine'))
    expect(one.all('input[name^=id]')).toHaveLength(1)
    await luc.submit(one, {})
    await submitPlanPage(luc, back.plan)
    const [single] = await successorsOf(three!.id)
    expect([single!.kind, await membersOf(single!.id)]).toEqual(['single', ['02DD00000031 a']])
  })

  test('a lost or stolen machine takes a declaration, is held for the desk, and the page says so', async () => {
    const { id, from } = await placed('RP4')
    const plan = planOf(await beginWith(luc, 'replace'))
    const reason = await luc.get(`${plan}/from/${from.id}/reason`)
    expect(reason.text).toContain('Takes a declaration. The license desk decides.')
    const without = await luc.submit(reason, { cause: 'stolen' })
    expect(without.status).toBe(422)
    expect(fieldError(without, 'declaration')).toContain('Declare what happened')
    expect(without.one('input[value=stolen]').hasAttribute('checked')).toBe(true)
    expect((await luc.submit(reason, {})).text).toContain('Choose why the host is replaced')
    const page = await luc.submitAndFollow(without, {
      reason: 'stolen',
      declaration: 'From the site, on Monday.',
    })
    await luc.submit(page, { id1: '02DD00000042', server1: 'rp4' })
    expect((await luc.get(plan)).text).toContain('The desk decides')
    const request = await submitPlanPage(luc, plan)
    expect(request.text).toContain('in review')
    const desk = await site.signIn('desk@demo.example')
    const atDesk = await desk.get(`/desk/requests/${request.url.split('/').at(-1)}`)
    expect(atDesk.one('tbody tr').textContent).toMatch(/RP4\s+02-[\s\S]*RP4\s+02-DD-00-00-00-42/)
    expect(await at.placedOn(from.id)).toEqual({ [id]: 5 })
  })

  test('what is there already is no new hardware, and a machine that is gone does not stay', async () => {
    const { from } = await placed('RPS', { ids: ['02DD000000F1'], servers: ['rps'] })
    const { plan, page } = await toSuccessor(from.id)
    const same = await luc.submit(page, {})
    expect(same.status).toBe(422)
    expect(fieldError(same, 'id1')).toContain('This is the hardware that RPS has')
    expect(await successorsOf(from.id)).toEqual([])
    // The server's name may be all that is new, but not of a machine that somebody else has.
    expect((await luc.submit(page, { server1: 'rps-new' })).status).toBe(303)
    const reason = await luc.get(`${plan}/from/${from.id}/reason`)
    await luc.submit(reason, { cause: 'stolen', declaration: 'From the site, on Monday.' })
    const check = await luc.get(plan)
    expect(check.text).toContain('RPS was declared lost or stolen, and all its host IDs would stay in use')
    const triad = await luc.get(`${page.url}?kind=triad`)
    const fields = { id2: '02DD000000F2', server2: 'b', id3: '02DD000000F3', server3: 'c' }
    const kept = await luc.submit(triad, fields)
    expect(fieldError(kept, 'id1')).toContain('declared lost or stolen')
    expect((await luc.submit(triad, { ...fields, id1: '02DD000000F4' })).status).toBe(303)
    expect((await luc.get(plan)).text).toContain('The desk decides')
  })

  test('what is wrong with the new hardware stands beside its field; an ID of another host names it', async () => {
    await at.host('RP5-TAKEN', { ids: ['02DD00000051'] })
    const { from } = await placed('RP5')
    const { page } = await toSuccessor(from.id)
    const wrong = await luc.submit(page, { id1: '02DD00000051', server1: '' })
    expect([wrong.status, wrong.title.startsWith('Error:')]).toEqual([422, true])
    expect(fieldError(wrong, 'id1')).toContain('is on host RP5-TAKEN already')
    expect(wrong.one('#id1').getAttribute('value')).toBe('02DD00000051')
    expect(await successorsOf(from.id)).toEqual([])
  })

  test('the successor can be changed from the plan; another host, or another tab, begins anew', async () => {
    const { from } = await placed('RP6')
    const other = await placed('RP6-OTHER')
    const { plan, page } = await toSuccessor(from.id)
    await luc.submit(page, { id1: '02DD00000061', server1: 'x' })
    const again = await luc.get((await luc.get(plan)).link('Change this host'))
    expect(again.url).toBe(page.url)
    expect(again.one('#id1').getAttribute('value')).toBe('02-DD-00-00-00-61')
    await luc.submit(again, { id1: '02DD00000062' })
    expect(await successorsOf(from.id)).toHaveLength(1)
    const stale = await luc.get(page.url)
    // Another tab turns the plan to another host: what was typed for the first is not taken for it.
    const reason = await luc.get(`${plan}/from/${other.from.id}/reason`)
    await luc.submit(reason, { cause: 'failed' })
    expect(await successorsOf(from.id)).toEqual([])
    const late = await luc.submit(stale, { id1: '02DD00000063' })
    expect(late.location).toBe(`${plan}/from/${from.id}/reason`)
    expect(await successorsOf(other.from.id)).toEqual([])
    const [row] = await site.db.owner.db
      .select()
      .from(plans)
      .where(eq(plans.id, plan.split('/').at(-1)!))
    expect(row!.details).toEqual({ retires: [other.from.id], reason: 'failed' })
    expect((await luc.get(page.url)).status).toBe(303)
  })

  test('two tabs that name the successor at once name one', async () => {
    const { from } = await placed('RP7')
    const { page } = await toSuccessor(from.id)
    const second = await luc.get(page.url)
    const answers = await Promise.all([
      luc.submit(page, { id1: '02DD00000071', server1: 'x' }),
      luc.submit(second, { id1: '02DD00000072', server1: 'y' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    expect(await successorsOf(from.id)).toHaveLength(1)
  })

  test('why can’t I: an empty host, a triad for node-locked; what has expired goes back to the pool, temporary goes along', async () => {
    await at.host('RP8-EMPTY')
    const { id, from } = await placed('RP8')
    const locked = await at.own({}, { name: 'RP8 Locked', licenseType: 'node-locked' })
    await at.place(locked.id, from.id, 1)
    const expired = await at.own({}, { name: 'RP8 Gone' })
    await at.place(expired.id, from.id, 1)
    await site.db.owner.sql`
      update entitlements set entitled = 0, owned = placed, ends_on = ${dayFromNow(-3)} where id = ${expired.id}`
    const lent = await at.lend(id, from.id, 1)
    const giving = await luc.get(`${await beginWith(luc, 'replace')}?text=RP8`)
    expect(giving.text).toContain('Nothing is placed on RP8-EMPTY, so nothing would go along')
    const { plan, page } = await toSuccessor(from.id)
    expect(page.text).toContain('RP8 Locked on RP8 is node-locked, so the new hardware is one machine')
    expect(page.all('main a').some((a) => a.textContent!.includes('Three machines'))).toBe(false)
    const along = page.one('#along').parentElement!.textContent!.replace(/\s+/g, ' ')
    expect(along).toMatch(/What goes back to the pool instead 1 × RP8 Gone ended/)
    await luc.submit(page, { id1: '02DD00000081', server1: 'rp8' })
    await submitPlanPage(luc, plan)
    const [successor] = await successorsOf(from.id)
    expect(await at.placedOn(successor!.id)).toEqual({ [id]: 5, [locked.id]: 1, [lent]: 1 })
  })

  test('an extension whose base has ended is not taken along alone: it says what to do on the host itself', async () => {
    const owned = await at.own({}, { name: 'RP10 Base' })
    const mesh = await at.own({}, { name: 'RP10 Mesh', base: owned.product.id })
    const host = await at.host('RP10')
    await at.place(owned.id, host.id, 1)
    await at.place(mesh.id, host.id, 1)
    await site.db.owner.sql`
      update entitlements set entitled = 0, owned = placed, ends_on = ${dayFromNow(-3)} where id = ${owned.id}`
    const { plan, page } = await toSuccessor(host.id)
    await luc.submit(page, { id1: '02DD00000101', server1: 'rp10' })
    expect((await luc.get(plan)).text).toContain(
      'It extends RP10 Base, of which nothing in force is on RP10: on the new hardware it would be without its base. Return RP10 Mesh first',
    )
    await at.plans.place([{ entitlementId: mesh.id, from: host.id }], 'return')
    expect((await luc.get(plan)).text).not.toContain('would be without its base')
  })

  test('R6, R10: Reporting alone is refused in words; another company’s host is not found', async () => {
    const { from } = await placed('RP9')
    const { plan, page } = await toSuccessor(from.id)
    const reporting = await site.signIn('reporting@demo.example')
    for (const path of [`${base}/replace`, `${plan}/from/${from.id}/reason`, page.url]) {
      const refused = await reporting.get(path)
      expect([path, refused.status]).toEqual([path, 403])
      expect(refused.text).toContain('the privilege Licensing')
    }
    const stranger = await site.signIn('stranger@demo.example')
    expect((await stranger.get(page.url)).status).toBe(404)
    const theirs = await stranger.submit(await stranger.get('/c/100555/replace'), {}, '/c/100555/plans')
    expect((await stranger.get(`${planOf(theirs.location)}/from/${from.id}/reason`)).status).toBe(404)
  })
})
