import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import type { Visitor } from '../helpers/visitor.ts'
import { placeLicenses } from '../helpers/work.ts'

let it: TestApp
let browser: Visitor
let work: Awaited<ReturnType<typeof placeLicenses>>
let elsewhere: Awaited<ReturnType<typeof placeLicenses>>

beforeAll(async () => {
  it = await testApp()
  const several = it.cast.people['several@demo.example']!
  work = await placeLicenses(it.db, it.cast.customers['100234']!, several)
  elsewhere = await placeLicenses(it.db, it.cast.customers['100990']!, several)
  browser = await it.signIn('several@demo.example')
})
afterAll(() => it.close())

const find = (typed: string, by = browser) =>
  by.get(`/requests/find?${new URLSearchParams({ number: typed })}`)

test('R2: the box on the overview finds the request by its number', async () => {
  const overview = await browser.get('/c/100234')
  const form = overview.one('form[action="/requests/find"]')
  expect(form.querySelector('input[name=number]')).not.toBeNull()
  const digits = String(work.number)
  for (const typed of [
    digits,
    digits.replace(/(\d{3})(?=\d)/g, '$1-'),
    ` ${digits.replace(/(\d{3})/g, '$1 ')}`,
  ]) {
    const answer = await find(typed)
    expect([answer.status, answer.location], typed).toEqual([302, `/c/100234/requests/${digits}`])
  }
  expect((await browser.open(`/c/100234/requests?number=${digits}`)).status).toBe(200)
})

test('R2: it is found in whichever of one’s companies has it', async () => {
  const answer = await find(String(elsewhere.number))
  expect(answer.location).toBe(`/c/100990/requests/${elsewhere.number}`)
})

test('a wrong check digit is said to be a typing error, what was typed stays', async () => {
  const wrong = String(work.number).replace(/.$/, (digit) => String((Number(digit) + 1) % 10))
  const answer = await find(wrong)
  expect(answer.status).toBe(422)
  expect(answer.title).toMatch(/^Error:/)
  expect(answer.text).toContain('typing error')
  expect(answer.one('#number').getAttribute('value')).toBe(wrong)
  expect(answer.one('#number').getAttribute('aria-invalid')).toBe('true')
})

test.each(['', '   ', '12', 'one hundred', '1'.repeat(5000), '<b>'])(
  '“%s” is no number, in words',
  async (typed) => {
    const answer = await find(typed)
    expect(answer.status).toBe(422)
    expect(answer.all('.govuk-error-summary a[href="#number"]')).toHaveLength(1)
  },
)

test('a number that no company of the person has is not found, also where it exists', async () => {
  const stranger = await it.signIn('stranger@demo.example')
  const plain = await it.signIn('plain@demo.example')
  for (const other of [stranger, plain]) {
    const answer = await find(String(work.number), other)
    expect(answer.status).toBe(404)
    expect(answer.location).toBe('')
    expect(answer.text).toContain('None of the companies')
  }
})

test('who is not signed in is asked to sign in', async () => {
  const answer = await find(String(work.number), it.visitor())
  expect(answer.status).toBe(303)
  expect(answer.location).toContain('/sign-in')
})
