import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeHost } from '../helpers/makers.ts'
import type { Visitor } from '../helpers/visitor.ts'

// A company of more people than a list to choose from holds: everybody can be chosen all the same, and whoever was
// stays so.

let t: TestApp
let luc: Visitor
let host: string
/** The last by name. */
const last = 'zz-0600@many.example'

beforeAll(async () => {
  t = await testApp()
  const company = t.cast.customers['100234']!
  await t.db.owner.transaction(async (tx) => {
    await tx.execute(sql`
      insert into people (id, email, name, confirmed_at)
      select gen_random_uuid(), 'zz-' || lpad(n::text, 4, '0') || '@many.example', 'Zz ' || lpad(n::text, 4, '0'), now()
      from generate_series(1, 600) n`)
    await tx.execute(sql`
      insert into associations (customer_id, person_id)
      select ${company}, id from people where email like '%@many.example'`)
    await tx.execute(sql`
      insert into privileges (customer_id, person_id, privilege)
      select ${company}, id, 'licensing' from people where email like '%@many.example'`)
    host = (await makeHost(tx, company, { label: 'LYO-01' })).id
  })
  luc = await t.signIn('licensing@demo.example')
})
afterAll(() => t.close())

const field = async (path: string, name: string) =>
  (await luc.get(path)).one(`[name="${name}"]`) as unknown as HTMLInputElement

describe('in a company of 600 people', () => {
  test('the last of them looks after a host, by e-mail address, and stays when the form is saved again', async () => {
    const path = `/c/100234/hosts/${host}/caretaker`
    expect((await field(path, 'caretaker')).getAttribute('type')).toBe('email')
    const page = await luc.submitAndFollow(
      await luc.get(path),
      { caretaker: ` ${last.toUpperCase()} ` },
      path,
    )
    expect(page.text).toContain('Zz 0600')
    expect((await field(path, 'caretaker')).getAttribute('value')).toBe(last)
    expect((await luc.submitAndFollow(await luc.get(path), {}, path)).text).toContain('Zz 0600')
    const refused = await luc.submit(await luc.get(path), { caretaker: 'stranger@demo.example' }, path)
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('This is none of the people who can be chosen.')
  })

  test('the last of them is the company’s contact, shown as such, and stays when its address changes', async () => {
    const path = '/c/100234/addresses/company'
    await luc.submitAndFollow(await luc.get(path), { contact: last }, path)
    expect((await luc.get('/c/100234/addresses')).text).toContain('Zz 0600')
    await luc.submitAndFollow(await luc.get(path), { city: 'Rezé' }, path)
    expect((await luc.get('/c/100234/addresses')).text).toContain('Zz 0600')
    const refused = await luc.submit(await luc.get(path), { contact: 'nobody@many.example' }, path)
    expect(refused.status).toBe(422)
    expect((refused.one('[name="contact"]') as unknown as HTMLInputElement).getAttribute('value')).toBe(
      'nobody@many.example',
    )
  })
})
