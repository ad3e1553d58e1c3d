import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { forgetMails, listMails, makeProofs, tryUpgrade } from '../helpers/account-requests.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import type { Visitor } from '../helpers/visitor.ts'

let it: TestApp
let plain: Visitor
let none: Visitor
let open: Visitor
beforeAll(async () => {
  it = await testApp()
  await makeProofs(it)
  plain = await it.signIn('plain@demo.example')
  none = await it.signIn('none@demo.example')
  open = await it.signIn('open@demo.example')
})
afterAll(() => it.close())
beforeEach(async () => {
  await it.db.owner.db.execute(sql`delete from throttles`)
  await forgetMails(it)
})

const key = () => ({ _key: crypto.randomUUID() })
const stored = async (table: string, kind: string) => {
  const [row] = await it.db.owner.db.execute<{ count: number }>(
    sql`select count(*)::int as count from ${sql.identifier(table)} where ${sql.raw(kind)}`,
  )
  return row!.count
}

test('one person writes thirty messages an hour about requests; what is too much is kept in the form', async () => {
  const { number } = await tryUpgrade(plain, '100234', 'WRONG')
  const page = await plain.open(`/requests/${number}`)
  const write = (text: string) => plain.submit(page, { text, ...key() }, `/requests/${number}/messages`)
  for (let i = 0; i < 30; i++) expect((await write(`Word ${i}`)).status).toBe(303)
  // Settled or not.
  await plain.submit(page, key(), `/requests/${number}/cancellation`)
  const refused = await write('One more')
  expect(refused.status).toBe(429)
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(60)
  expect(refused.text).toMatch(/You have written many messages\. Wait \d+ minutes/)
  expect(refused.one('textarea[name=text]').textContent.trim()).toBe('One more')
  expect(await stored('account_request_events', `kind = 'message'`)).toBe(30)

  const ask = await none.open('/c/100234/people/asked/new?privilege=licensing')
  const asked = await none.submit(ask, key(), '/c/100234/people/asked/new')
  const request = await none.open(asked.location)
  const messages = `${asked.location}/messages`
  for (let i = 0; i < 30; i++) await none.submit(request, { text: `Word ${i}`, ...key() }, messages)
  const also = await none.submit(request, { text: 'One more', ...key() }, messages)
  expect([also.status, also.one('textarea[name=text]').textContent.trim()]).toEqual([429, 'One more'])
  expect(await stored('request_messages', 'not from_desk')).toBe(30)
})

test('a message sent twice counts once', async () => {
  const { number } = await tryUpgrade(plain, '100234', 'WRONG')
  const page = await plain.open(`/requests/${number}`)
  const same = { text: 'Once', ...key() }
  for (let i = 0; i < 40; i++) {
    expect((await plain.submit(page, same, `/requests/${number}/messages`)).status).toBe(303)
  }
  expect((await plain.submit(page, { text: 'Twice', ...key() }, `/requests/${number}/messages`)).status).toBe(
    303,
  )
})

test('a privilege, asked for and taken back, is mailed to the supervisors ten times an hour', async () => {
  const place = '/c/100234/people/asked/new'
  const page = await none.open(`${place}?privilege=reporting`)
  const ask = () => none.submit(page, { why: 'Please', ...key() }, place)
  for (let i = 0; i < 10; i++) {
    const { location } = await ask()
    await none.submit(await none.open(location), key(), `${location}/cancellation`)
  }
  const refused = await ask()
  expect([refused.status, refused.one('textarea[name=why]').textContent.trim()]).toEqual([429, 'Please'])
  expect(refused.text).toContain('You have asked several times.')
  expect((await listMails(it)).filter((line) => line.startsWith('privilege-asked'))).toHaveLength(10)
})

test('so is a supervisor, to the desk', async () => {
  const place = '/c/100871/supervisor-request'
  const page = await open.open(place)
  const ask = () => open.submit(page, { nominee: 'open@demo.example', word: 'Please', ...key() }, place)
  for (let i = 0; i < 10; i++) {
    const { location } = await ask()
    await open.submit(await open.open(location), key(), `${location}/cancellation`)
  }
  const refused = await ask()
  expect([refused.status, refused.one('textarea[name=word]').textContent.trim()]).toEqual([429, 'Please'])
  expect((await listMails(it)).filter((line) => line.startsWith('desk-request-waits'))).toHaveLength(10)
})
