import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeCursor } from '../../src/web/paging.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import type { Visitor } from '../helpers/visitor.ts'
import { workplace } from '../helpers/workplace.ts'

const base = '/c/100234'
let site: TestApp
let luc: Visitor
let work: ReturnType<typeof workplace>

beforeAll(async () => {
  site = await testApp()
  luc = await site.signIn('licensing@demo.example')
  work = workplace(site)
})
afterAll(() => site.close())

test('four hosts that are given one name at once: one has it, the other forms come back', async () => {
  const hosts = await Promise.all([1, 2, 3, 4].map((number) => work.host(`RENAMED-${number}`)))
  const pages = await Promise.all(hosts.map(({ id }) => luc.get(`${base}/addresses/hosts/${id}`)))
  const answers = await Promise.all(pages.map((page) => luc.submit(page, { label: 'ONE-NAME' }, page.url)))
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 422, 422, 422])
})

test('two hosts of one name put back into service at once: one is, the other is told', async () => {
  const hosts = [await work.host('BACK-1'), await work.host('BACK-2')]
  for (const { id } of hosts) {
    const path = `${base}/hosts/${id}/decommission`
    expect((await luc.submit(await luc.get(path), {}, path)).status).toBe(303)
    await site.db.owner.sql`update hosts set label = 'BACK' where id = ${id}`
  }
  const pages = await Promise.all(hosts.map(({ id }) => luc.get(`${base}/hosts/${id}/recommission`)))
  const answers = await Promise.all(pages.map((page) => luc.submit(page, {}, page.url)))
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
})

test('a host whose name is as long as a plan takes can have its address changed', async () => {
  const { id } = await work.host('L'.repeat(100))
  const path = `${base}/addresses/hosts/${id}`
  expect((await luc.submit(await luc.get(path), { city: 'Lyon' }, path)).status).toBe(303)
})

test('the place in a list that no list gave is its start', async () => {
  const { id } = await work.host('NO-PLACE')
  const instants = [
    '2026-99-99 1',
    '2026-11-24 10:00:00+99',
    '2026-11-24 10:00:00.1.1',
    '0000-01-01 10:00:00',
  ]
  for (const at of instants) {
    const { status } = await luc.get(`${base}/plans?after=${encodeCursor([at, randomUUID()])}`)
    expect([at, status]).toEqual([at, 200])
  }
  expect((await luc.get(`${base}/hosts/${id}?notes=${encodeCursor(['-'.repeat(36)])}`)).status).toBe(200)
})
