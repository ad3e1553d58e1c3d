import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { people } from '../src/schema.ts'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const notPrimary =
  'Your active customer number (100871 - Aciéries du Ponant) is not your primary association. ' +
  'Would you like to switch to your primary association now (100234 - Brasseries Lemaire SA)?'
const otherTab =
  'In another tab or window you have switched to a different account (100871 - Aciéries du Ponant)'

describe('R11: primary and active company', () => {
  test('at sign-in the primary is active; opening an address does not switch', async () => {
    const browser = await t.signIn('several@demo.example')
    expect((await browser.get('/')).location).toBe('/c/100234')
    expect((await browser.get('/c/100990')).status).toBe(200)
    expect((await browser.get('/')).location).toBe('/c/100234')
  })

  test('while the active one is not the primary, each page says so with two choices', async () => {
    const browser = await t.signIn('several@demo.example')
    await browser.submit(await browser.open('/switch'), { customer: '100871' }, '/switch')
    for (const url of ['/c/100871', '/c/100871/requests', '/account', '/support']) {
      const page = await browser.get(url)
      const notices = page.one('#notices')
      expect(notices.querySelector('[role=status]')?.textContent?.replace(/\s+/g, ' ')).toContain(notPrimary)
      expect([...notices.querySelectorAll('button')].map((b) => b.textContent)).toEqual([
        'Switch to 100234',
        'Stay with the current one',
      ])
    }
    const back = await browser.submitAndFollow(
      await browser.get('/c/100871'),
      { customer: '100234' },
      '/switch',
    )
    expect(back.url).toBe('/c/100234')
    expect(back.body).not.toContain('is not your primary association')
  })

  test('staying is remembered for that customer in that session only', async () => {
    const browser = await t.signIn('several@demo.example')
    await browser.submit(await browser.open('/switch'), { customer: '100871' }, '/switch')
    const stayed = await browser.submitAndFollow(await browser.get('/c/100871/requests'), {}, '/stay')
    expect(stayed.url).toBe('/c/100871/requests')
    expect(stayed.body).not.toContain('is not your primary association')
    await browser.submit(await browser.open('/switch'), { customer: '100990' }, '/switch')
    expect((await browser.get('/c/100990')).body).toContain('is not your primary association')
    const other = await t.signIn('several@demo.example')
    await other.submit(await other.open('/switch'), { customer: '100871' }, '/switch')
    expect((await other.get('/c/100871')).body).toContain('is not your primary association')
  })

  test('in French the second choice is « Conserver le client actuel »', async () => {
    const browser = await t.signIn('several@demo.example')
    await browser.submit(await browser.open('/switch'), { customer: '100871' }, '/switch')
    await browser.submit(await browser.get('/account'), { locale: 'fr' }, '/language')
    const notices = (await browser.get('/c/100871')).one('#notices')
    expect([...notices.querySelectorAll('button')].map((b) => b.textContent)).toContain(
      'Conserver le client actuel',
    )
    const id = t.cast.people['several@demo.example']!
    await t.db.owner.db.update(people).set({ language: null }).where(eq(people.id, id))
  })

  test('nobody switches to, or stays with, a company that is not theirs', async () => {
    const browser = await t.signIn('several@demo.example')
    const page = await browser.open('/switch')
    expect((await browser.submit(page, { customer: '100555' }, '/switch')).status).toBe(404)
    expect((await browser.get('/')).location).toBe('/c/100234')
  })
})

describe('R12: a page of a company that is not the active one', () => {
  test('says so with the two ways out, and what is done from it stays with its company', async () => {
    const browser = await t.signIn('several@demo.example')
    await browser.submit(await browser.open('/switch'), { customer: '100871' }, '/switch')
    const page = await browser.get('/c/100234/requests')
    expect(page.status).toBe(200)
    expect(page.one('[data-other-tab]').textContent!.replace(/\s+/g, ' ')).toContain(otherTab)
    expect(page.one('.g-customer').textContent).toContain('100234')
    expect(page.link('Go to the active one')).toBe('/c/100871')
    const here = page
      .all('form[action="/switch"]')
      .find((f) => f.textContent!.includes('Use the one of this page'))!
    expect(here.querySelector('input[name=customer]')!.getAttribute('value')).toBe('100234')
  })

  test('what a tab asks when it is looked at again', async () => {
    const browser = await t.signIn('several@demo.example')
    await browser.submit(await browser.open('/switch'), { customer: '100990' }, '/switch')
    expect(JSON.parse((await browser.get('/session/active')).body)).toEqual({
      number: '100990',
      name: 'Nordlicht Anlagenbau GmbH',
      href: '/c/100990',
    })
  })
})

test('a customer number in other spelling leads to the right one, another customer’s is not there', async () => {
  const browser = await t.signIn('several@demo.example')
  await t.db.owner.db.execute(
    `update customers set customer_number = 'N-9A' where customer_number = '100990'`,
  )
  const answer = await browser.get('/c/n-9a/requests?status=completed')
  expect([answer.status, answer.location]).toEqual([308, '/c/N-9A/requests?status=completed'])
  expect((await browser.get('/c/100555')).status).toBe(404)
  expect((await browser.get('/c/999999')).status).toBe(404)
  await t.db.owner.db.execute(
    `update customers set customer_number = '100990' where customer_number = 'N-9A'`,
  )
})
