import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { undeliveredMails } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import type { Visitor } from '../helpers/visitor.ts'

let t: TestApp
let desk: Visitor
beforeAll(async () => {
  t = await testApp()
  desk = await t.signIn('desk@demo.example')
  const begin = Date.parse('2026-03-01T08:00:00Z')
  await t.db.owner.db.insert(undeliveredMails).values(
    Array.from({ length: 120 }, (_, i) => ({
      ...{ id: newId(), toAddress: `n${i}@client.example`, template: 'request-completed', tries: 1 },
      // Several at each instant.
      ...{ refusal: '550 No', writtenAt: new Date(begin), at: new Date(begin + Math.floor(i / 7)) },
    })),
  )
})
afterAll(() => t.close())

test('mail that reached nobody pages by key: each once, none left out', async () => {
  const seen: string[] = []
  for (let place: string | null = '/desk/mail'; place; ) {
    const page = await desk.open(place)
    seen.push(...(page.text.match(/n\d+@client\.example/g) ?? []))
    place = page.all('a[rel=next]')[0]?.getAttribute('href') ?? null
  }
  expect([seen.length, new Set(seen).size]).toEqual([120, 120])
})

test('a cursor made by hand begins at the start', async () => {
  for (const at of ['2026-02-31 00:00:00+00', '2026-01-01 (x)', '+275760-09-13T00:00:00Z', '1']) {
    const after = Buffer.from(JSON.stringify([at, newId()])).toString('base64url')
    const page = await desk.get(`/desk/mail?after=${after}`)
    expect([page.status, page.text.includes('n119@client.example')], at).toEqual([200, true])
  }
})
