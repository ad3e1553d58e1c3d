import type postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openClient } from '../../src/database/client.ts'
import { type TestApp, testApp } from '../helpers/app.ts'

let t: TestApp
let admin: postgres.Sql

beforeAll(async () => {
  t = await testApp()
  admin = openClient({ url: t.db.adminUrl, max: 2, prepare: true, applicationName: 'admin' })
})
afterAll(async () => {
  await admin.end()
  await t.close()
})

/** Ends the server's process that waits for a lock. */
async function endWaiting(): Promise<void> {
  await expect
    .poll(async () => {
      const waiting = await admin`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`
      return waiting.length
    })
    .toBe(1)
}

test('the database goes while a wrong form is shown again: a page says so, and nothing of the fault', async () => {
  const both = await t.signIn('both@demo.example')
  const page = await both.get('/c/100234/notifications')
  const answer = await admin.begin(async (holder) => {
    // Read by this page, and not before it.
    await holder`lock table company_notification_choices`
    const sent = both.submit(page, { own: 'yes', leadDays: 'never' }, '/c/100234/notifications')
    await endWaiting()
    return sent
  })
  expect([answer.status, answer.heading]).toEqual([503, 'The counter is closed for a moment'])
  expect(answer.headers['retry-after']).toBe('5')
  expect(answer.body).not.toMatch(/57P01|unavailable/)
})
