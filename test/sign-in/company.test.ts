import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { issuerDomains, issuers } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { startHostileIssuer } from '../helpers/hostile-issuer.ts'

let t: TestApp
let other: Awaited<ReturnType<typeof startHostileIssuer>>
beforeAll(async () => {
  t = await testApp()
  other = await startHostileIssuer('guichet')
  for (const n of [1, 2, 3]) await addIssuer(n, `https://login-${n}.example`)
})
afterAll(async () => {
  await other.close()
  await t.close()
})

async function addIssuer(n: number, issuer: string, isExclusive = false): Promise<void> {
  const id = newId()
  const { db } = t.db.owner
  await db.insert(issuers).values({ id, issuer, name: `Company ${n}`, clientId: 'guichet', isExclusive })
  await db.insert(issuerDomains).values({ domain: `company-${n}.example`, issuerId: id })
}

test('three issuers have a button each; with a fourth, one way for all of them', async () => {
  const few = await t.visitor().get('/sign-in')
  expect(few.all('form[action^="/sign-in/at/"]')).toHaveLength(3)
  expect(few.body).not.toContain('/sign-in/company')
  await addIssuer(4, other.issuer, true)
  const many = await t.visitor().get('/sign-in?to=%2Fc%2F100234')
  expect(many.all('form[action^="/sign-in/at/"]')).toEqual([])
  expect(many.link('Sign in with your company’s account')).toBe('/sign-in/company?to=%2Fc%2F100234')
})

test('an address leads to the issuer of its domain, and the answer is the same with and without an account', async () => {
  const ask = async (email: string) => {
    const browser = t.visitor()
    return browser.submit(await browser.get('/sign-in/company?to=%2Fc%2F100234'), { email })
  }
  const led = await ask('Anybody@Company-4.Example')
  expect([led.status, led.heading]).toEqual([200, 'On to Company 4'])
  expect(led.headers.refresh).toContain(`0;url=${other.issuer}`)
  const [known, unknown] = [await ask('both@demo.example'), await ask('nobody@demo.example')]
  for (const answer of [known, unknown]) {
    expect(answer.status).toBe(422)
    expect(answer.title).toMatch(/^Error:/)
    expect(answer.text).toContain('No company’s sign-in is set up for the domain of this address')
    expect(answer.one('main input[name=to]').getAttribute('value')).toBe('/c/100234')
  }
  expect(known.text.replaceAll('both@', 'nobody@')).toBe(unknown.text)
})

test('who types a password for a domain whose issuer alone signs in is told of that way', async () => {
  const browser = t.visitor()
  const fields = { email: 'x@company-4.example', password: 'whatever it is' }
  const answer = await browser.submit(await browser.get('/sign-in'), fields, '/sign-in')
  expect([answer.status, answer.text]).toEqual([
    422,
    expect.stringContaining('choose “Sign in with your company’s account”'),
  ])
})
