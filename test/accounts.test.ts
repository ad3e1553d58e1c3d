import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from './helpers/app.ts'
import type { Answer } from './helpers/visitor.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const sessionsOn = (page: Answer) => page.all('main tbody tr').length
const place = '/account/sessions'
const endOther = `${place}/ended`

describe('the account', () => {
  test('shows the companies of the person, the primary one marked, and nobody else’s', async () => {
    const browser = await t.signIn('several@demo.example')
    const page = await browser.get('/account')
    const companies = page
      .all('main ul:not(.g-tools) > li')
      .map((li) => li.textContent!.replace(/\s+/g, ' ').trim())
    expect(companies.map((text) => text.slice(0, 6)).sort()).toEqual(['100234', '100871', '100990'])
    expect(companies.filter((text) => text.endsWith('primary'))).toEqual([expect.stringMatching(/^100234/)])
    expect(page.text).not.toContain('100555')
  })

  test('lists where one is signed in; ending a session ends that one only', async () => {
    const here = await t.signIn('licensing@demo.example')
    const there = await t.signIn('licensing@demo.example')
    expect(sessionsOn(await here.get(place))).toBe(2)
    const after = await here.submitAndFollow(await here.get(place), {}, endOther)
    expect(sessionsOn(after)).toBe(1)
    expect((await there.get('/account')).location).toContain('/sign-in')
    expect((await here.get('/account')).status).toBe(200)
  })

  test('a session of somebody else cannot be ended', async () => {
    const victim = await t.signIn('reporting@demo.example')
    await t.signIn('reporting@demo.example')
    const theirs = (await victim.get(place)).one('main input[name=session]').getAttribute('value')!
    const attacker = await t.signIn('both@demo.example')
    await t.signIn('both@demo.example')
    const answer = await attacker.submit(await attacker.get(place), { session: theirs }, endOther)
    expect(answer.status).toBe(404)
    expect(sessionsOn(await victim.get(place))).toBe(2)
  })
})

describe('the first page', () => {
  test('asks who is not signed in to sign in', async () => {
    const answer = await t.visitor().get('/')
    expect([answer.status, answer.location]).toEqual([303, expect.stringMatching(/^\/sign-in/)])
  })

  test('is the overview of the active company; at sign-in that is the primary one', async () => {
    const browser = await t.signIn('several@demo.example')
    expect((await browser.get('/')).location).toBe('/c/100234')
  })

  test('R8: a plain account is told how it would get license tools', async () => {
    const page = await (await t.signIn('plain@demo.example')).get('/')
    expect(page.heading).toBe('Your account opens no license tools yet')
    expect(page.all('main a[href="/support"]')).toHaveLength(1)
  })

  test('of staff is the desk', async () => {
    expect((await (await t.signIn('desk@demo.example')).get('/')).location).toBe('/desk')
  })
})
