import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeHost } from '../helpers/makers.ts'
import { snapshot } from '../helpers/snapshot.ts'
import type { Visitor } from '../helpers/visitor.ts'
import { placeLicenses } from '../helpers/work.ts'

let t: TestApp
let luc: Visitor
let host: string
const tool = '/c/100234/addresses'

beforeAll(async () => {
  t = await testApp()
  const done = await placeLicenses(t.db, t.cast.customers['100234']!, t.cast.people['both@demo.example']!, {
    label: 'LYO-01',
  })
  host = done.host.id
  luc = await t.signIn('licensing@demo.example')
  await luc.get('/c/100234/licenses')
})
afterAll(() => t.close())

const company = async (fields: Record<string, string>) =>
  luc.submit(await luc.get(`${tool}/company`), fields, `${tool}/company`)
const place = async (fields: Record<string, string>) =>
  luc.submit(await luc.get(`${tool}/hosts/${host}`), fields, `${tool}/hosts/${host}`)
const stored = async (table: string, where = sql`true`) =>
  t.db.owner.db.execute<Record<string, unknown>>(sql`select * from ${sql.identifier(table)} where ${where}`)

describe('update addresses and contacts', () => {
  test('the company’s: a request with what was and what is, a version kept, packs to be issued anew on demand', async () => {
    const done = await company({
      addressLine1: '12 quai de la Fosse',
      city: 'Rezé',
      phone: '+33 2 40 00 00 00',
    })
    expect(done.location).toMatch(/\/requests\/\d{9}$/)
    const page = await luc.get(done.location)
    expect(page.heading).toBe('Update addresses and contacts')
    const rows = page.all('main table tbody tr').map((row) => row.textContent!.replace(/\s+/g, ' '))
    expect(rows.join()).toContain('Nantes')
    expect(rows.join()).toContain('Rezé')
    expect(rows).toHaveLength(3)
    const versions = await stored('customer_versions', sql`customer_id = ${t.cast.customers['100234']!}`)
    expect(versions.at(-1)).toMatchObject({ city: 'Rezé', address_line1: '12 quai de la Fosse' })
    expect(page.text).toContain('license pack of one host still bears')
    const issued = await luc.submitAndFollow(
      page,
      {},
      page.one('form[action$="/packs"]').getAttribute('action')!,
    )
    expect(issued.body).toContain('One pack is issued anew')
    expect(issued.text).toContain('Issue 2')
    expect(issued.all('form[action$="/packs"]')).toHaveLength(0)
    const [pack] = await stored('packs', sql`host_id = ${host}::uuid and issue = 2`)
    expect(pack!['text']).toContain('12 quai de la Fosse')
  })

  test('a telephone or contact outdates no pack, and its words stay out of the record kept for ever', async () => {
    const done = await company({
      phone: '+33 2 40 11 11 11',
      contact: t.cast.people['reporting@demo.example']!,
    })
    const page = await luc.get(done.location)
    expect(page.text).toContain('Rose Lambert')
    expect(page.text).not.toContain('still bear')
    expect((await luc.get(tool)).text).toContain('reporting@demo.example')
    const entries = await stored('activity', sql`verb = 'address.company-changed'`)
    expect(entries.length).toBeGreaterThan(0)
    expect(JSON.stringify(entries)).not.toMatch(/Fosse|40 11/)
  })

  test('a host’s: name and port stand in its pack, the street does not', async () => {
    const street = await place({ addressLine1: '1 rue du Port' })
    expect((await luc.get(street.location)).text).not.toContain('still bear')
    const done = await place({ label: 'LYO-02', port: '7001' })
    const page = await luc.get(done.location)
    expect(page.text).toContain('still bears')
    const history = await luc.get(`/c/100234/hosts/${host}/history?only=host`)
    expect(history.text).toContain('LYO-01')
    expect(history.text).toContain('LYO-02')
    expect(history.text).toContain('Luc Moreau')
  })

  test('lists the hosts that a part of their address finds', async () => {
    expect((await luc.get(`${tool}?text=rue+du+port`)).text).toContain('LYO-02')
    expect((await luc.get(`${tool}?text=nowhere`)).text).toContain('No host fits')
  })

  test('a host’s server name: another, not none, and the next pack has it; of a triad each its own', async () => {
    const form = await luc.get(`${tool}/hosts/${host}`)
    const was = form.one('#server1').getAttribute('value')!
    expect(form.all('#server2')).toHaveLength(0)
    expect((await place({ server1: '' })).one('#server1-error').textContent).toContain(
      'name of the license server',
    )
    expect((await place({ server1: 'not a name' })).status).toBe(422)
    // A single host has no second machine.
    expect((await place({ server2: 'second' })).text).toContain('Nothing is changed')
    const done = await luc.get((await place({ server1: 'lic.lemaire.example' })).location)
    expect(done.one('table').textContent).toContain('Server name')
    expect(done.one('table').textContent).toContain(`After lic.lemaire.example`)
    const history = (await luc.get(`/c/100234/hosts/${host}/history?only=host`)).text
    expect(history).toContain('lic.lemaire.example')
    const action = done.one('form[action$="/packs"]').getAttribute('action')!
    await luc.submit(done, {}, action)
    const [pack] = await stored('packs', sql`host_id = ${host}::uuid order by issue desc limit 1`)
    expect(pack!['text']).toContain('SERVER lic.lemaire.example ')
    expect(pack!['text']).not.toContain(was)

    const triad = await makeHost(t.db.owner.db, t.cast.customers['100234']!, {
      ...{
        label: 'TRIO',
        ids: ['02AA77770001', '02AA77770002', '02AA77770003'],
        servers: ['t1', 't2', 't3'],
      },
    })
    const path = `${tool}/hosts/${triad.id}`
    const twice = await luc.submit(await luc.get(path), { server2: 'T1' }, path)
    expect(twice.one('#server2-error').textContent).toContain('T1')
    await luc.submit(twice, { server2: 't2b' }, path)
    const names = await stored('host_members', sql`host_id = ${triad.id} order by position`)
    expect(names.map((member) => member['server_name'])).toEqual(['t1', 't2b', 't3'])
  })

  test('says every problem beside its field and keeps what was typed', async () => {
    const before = await snapshot(t.db.owner)
    const page = await company({
      country: 'XX',
      phone: 'call me',
      email: 'nobody',
      contact: t.cast.people['stranger@demo.example']!,
      city: 'Kept',
    })
    expect([page.status, page.title.startsWith('Error:')]).toEqual([422, true])
    for (const field of ['country', 'phone', 'email', 'contact'])
      expect(page.all(`#${field}-error`)).toHaveLength(1)
    expect(page.one('#city').getAttribute('value')).toBe('Kept')
    const wrong = await place({ label: '', port: '70000', country: 'ZZ' })
    expect(wrong.status).toBe(422)
    expect((await place({ label: 'x'.repeat(101) })).status).toBe(422)
    expect((await place({ port: '0' })).one('#port-error').textContent).toBeTruthy()
    expect((await company({})).text).toContain('Nothing is changed')
    expect(await snapshot(t.db.owner)).toEqual(before)
  })

  test('who was slower is told, keeps what was typed, and may save again', async () => {
    const form = await luc.get(`${tool}/company`)
    await company({ region: 'Pays de la Loire' })
    const late = await luc.submit(form, { city: 'Orvault' }, `${tool}/company`)
    expect(late.status).toBe(422)
    expect(late.text).toContain('Somebody else changed this meanwhile')
    expect(late.one('#city').getAttribute('value')).toBe('Orvault')
    expect((await luc.submit(late, {}, `${tool}/company`)).status).toBe(303)
  })

  test('a name that another host in service has is refused with its name', async () => {
    await placeLicenses(t.db, t.cast.customers['100234']!, t.cast.people['both@demo.example']!, {
      label: 'TAKEN',
    })
    const page = await place({ label: 'taken' })
    expect(page.one('#label-error').textContent).toContain('TAKEN')
  })

  test('once, however often the form arrives', async () => {
    const form = await luc.get(`${tool}/company`)
    const fields = { city: 'Nantes', _key: crypto.randomUUID() }
    const answers = await Promise.all([1, 2, 3].map(() => luc.submit(form, fields, `${tool}/company`)))
    expect(new Set(answers.map(({ location }) => location)).size).toBe(1)
  })

  test('takes Licensing; another company’s host is not there; a host out of service cannot be changed', async () => {
    for (const name of ['reporting', 'supervisor', 'none'])
      expect((await (await t.signIn(`${name}@demo.example`)).get(tool)).status).toBe(403)
    const stranger = await t.signIn('stranger@demo.example')
    expect((await stranger.get(`/c/100555/addresses/hosts/${host}`)).status).toBe(404)
    await t.db.owner.db.execute(
      sql`update hosts set status = 'retired', retired_at = now() where label = 'TAKEN'`,
    )
    const [retired] = await stored('hosts', sql`label = 'TAKEN'`)
    expect((await luc.get(`${tool}/hosts/${retired!['id']}`)).text).toContain('out of service already')
  })

  test('hostile text stays text', async () => {
    const done = await company({ addressLine2: '</td><script>alert(1)</script>' })
    const page = await luc.get(done.location)
    expect(page.text).toContain('<script>alert(1)</script>')
    expect(page.all('main script')).toHaveLength(0)
  })
})
