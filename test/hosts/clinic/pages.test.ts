import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../helpers/app.ts'
import { makeEntitlement, makeHost, makeProduct } from '../../helpers/makers.ts'
import { planner } from '../../helpers/plans.ts'
import type { Visitor } from '../../helpers/visitor.ts'
import * as outputs from './outputs.ts'

let t: TestApp
let both: Visitor
let newHost: string
const path = '/c/100234/hosts/clinic'

beforeAll(async () => {
  t = await testApp()
  const { db } = t.db.owner
  const lemaire = t.cast.customers['100234']!
  await makeHost(db, lemaire, { label: 'LYO-OLD', ids: ['3C58C2112233'] })
  await makeHost(db, t.cast.customers['100555']!, { label: 'SECRET-01', ids: ['D4AE52C81F07'] })
  const { id } = await makeEntitlement(db, lemaire, (await makeProduct(db)).id, { quantity: 4 })
  const plan = await planner(t.db.database, lemaire, t.cast.people['both@demo.example']!).draft([])
  newHost = `/c/100234/plans/${plan}/entitlement/${id}/new-host`
  both = await t.signIn('both@demo.example')
})
afterAll(() => t?.close())

const find = async (output: string, visitor = both, from = path) =>
  visitor.submit(await visitor.get(from), { output }, path)

test('the likely ID first, what speaks against the others, and which the company knows', async () => {
  const answer = await find(outputs.ipconfigEnglish)
  expect(answer.status).toBe(200)
  expect(answer.text).toContain('The likely one: D4-AE-52-C8-1F-07')
  expect(answer.all('tbody tr')[0]!.textContent).toContain('not known yet')
  expect(answer.link('LYO-OLD')).toMatch(/^\/c\/100234\/hosts\//)
  expect(answer.text).not.toContain('SECRET-01')
})

test('from the form of a new host and back to it, filled in', async () => {
  const form = await both.get(newHost)
  const clinic = form.link('I have the output of a command')
  const answer = await find(outputs.ipconfigEnglish, both, clinic)
  const back = answer.link('Use it for a new host')
  expect(back.startsWith(`${newHost}?`)).toBe(true)
  const filled = await both.get(back)
  expect(filled.one('#id1').getAttribute('value')).toBe('D4-AE-52-C8-1F-07')
  expect(filled.one('#label').getAttribute('value')).toBe('LYO-CAD-31')
  expect(filled.one('#server1').getAttribute('value')).toBe('lyo-cad-31')
})

test('from the page of hosts a finding begins a plan', async () => {
  const clinic = (await both.get('/c/100234/hosts')).link('Find a host ID')
  expect((await find(outputs.lmhostid, both, clinic)).link('Use it for a new host')).toMatch(
    /^\/c\/100234\/configure\/new-host\?id1=D4-AE-52-C8-1F-07$/,
  )
})

test('leads nowhere else, whatever the form says', async () => {
  for (const to of ['https://evil.example/plans', '//evil.example', '/c/100555/plans', '/sign-out']) {
    const answer = await both.submit(await both.get(path), { output: outputs.lmhostid, to }, path)
    expect(answer.link('Use it for a new host')).toMatch(/^\/c\/100234\/configure\/new-host\?/)
  }
})

test('with Reporting only, it finds and does not offer to place', async () => {
  const answer = await find(outputs.lmhostid, await t.signIn('reporting@demo.example'))
  expect(answer.status).toBe(200)
  expect(answer.text).not.toContain('Use it for a new host')
})

test('nothing, and too much, come back with what to do; what is pasted stays text', async () => {
  const empty = await find(' ')
  expect([empty.status, empty.one('#output').getAttribute('aria-invalid')]).toEqual([422, 'true'])
  expect((await find('x'.repeat(200_001))).status).toBe(422)
  const hostile = await find(`<script>1</script>: flags=1<UP>\nether 00:1a:2b:3c:4d:55`)
  expect(hostile.all('main script')).toHaveLength(0)
  const controls = await find('\u001b[31mether\u0000 00:1a:2b:3c:4d:55\u0007')
  expect(controls.one('textarea').textContent).toBe('\n[31mether 00:1a:2b:3c:4d:55')
  const group = await find('ether 01:00:5e:00:00:fb')
  expect(group.text).toContain('None of these can be the host ID of a machine')
  expect(group.text).not.toContain('Use it for a new host')
})

test('the desk sees which company has an ID, and nobody else sees that page', async () => {
  const desk = await t.signIn('desk@demo.example')
  const form = await desk.get((await desk.get('/desk/customers')).link('Find a host ID'))
  const answer = await desk.submit(form, { output: outputs.ipconfigEnglish }, '/desk/host-ids')
  expect(answer.status).toBe(200)
  expect(answer.link('SECRET-01')).toBe('/desk/customers/100555')
  expect(answer.link('LYO-OLD')).toBe('/desk/customers/100234')
  expect((await both.get('/desk/host-ids')).status).toBe(404)
  const empty = await desk.submit(form, { output: '' }, '/desk/host-ids')
  expect(empty.status).toBe(422)
})
