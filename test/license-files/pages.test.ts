import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { productFeatures } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeEntitlement, makeFamily, makeHost, makeProduct } from '../helpers/makers.ts'
import { snapshot } from '../helpers/snapshot.ts'
import { formOf, type Visitor } from '../helpers/visitor.ts'

let t: TestApp
let both: Visitor
const path = '/c/100234/license-file'

beforeAll(async () => {
  t = await testApp()
  const { db } = t.db.owner
  const lemaire = t.cast.customers['100234']!
  const family = await makeFamily(db, { name: 'Forma', daemon: 'opend', port: 7788 })
  const product = await makeProduct(db, { familyId: family.id, partNumber: 'FRM-1', name: 'Forma Base' })
  await db
    .insert(productFeatures)
    .values({ productId: product.id, position: 9, name: 'FORMA_BASE', version: '12.0' })
  await makeEntitlement(db, lemaire, product.id, { quantity: 4 })
  const other = await makeProduct(db, { familyId: family.id, partNumber: 'FRM-2', name: 'Forma Mesh' })
  await db
    .insert(productFeatures)
    .values({ productId: other.id, position: 9, name: 'FORMA_MESH', version: '13.0' })
  await makeHost(db, lemaire, { label: 'LYO-CAD-07', ids: ['02AA10000007'] })
  await makeHost(db, t.cast.customers['100555']!, { label: 'SECRET-01', ids: ['02AA10000099'] })
  both = await t.signIn('both@demo.example')
})
afterAll(() => t?.close())

const sample = readFileSync(new URL('samples/halden-mixed.lic', import.meta.url), 'utf8')
const paste = async (text: string, visitor = both) => visitor.submit(await visitor.get(path), { text }, path)
const row = (answer: Awaited<ReturnType<typeof paste>>, name: string) =>
  answer
    .all('tbody tr')
    .find((tr) => tr.querySelector('th')?.textContent?.includes(name))
    ?.textContent?.replace(/\s+/g, ' ') ?? ''

async function upload(bytes: Buffer) {
  const form = await both.get(path)
  const { values } = formOf(form, path)
  const fields = Object.entries(values).map(
    ([name, value]) => `--edge\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const head = `--edge\r\ncontent-disposition: form-data; name="file"; filename="a.lic"\r\ncontent-type: application/octet-stream\r\n\r\n`
  return t.app.inject({
    method: 'POST',
    url: path,
    payload: Buffer.concat([Buffer.from(fields.join('') + head), bytes, Buffer.from('\r\n--edge--\r\n')]),
    headers: {
      'content-type': 'multipart/form-data; boundary=edge',
      cookie: [...both.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    },
  })
}

describe('a pasted file', () => {
  test('is explained and compared with what the company owns; nothing is stored', async () => {
    await both.get('/c/100234')
    const answer = await paste(sample)
    expect(answer.status).toBe(200)
    expect(answer.headers['cache-control']).toContain('no-store')
    expect(row(answer, 'FORMA_BASE')).toContain('as owned here')
    expect(row(answer, 'NO_SUCH')).toContain('of no product here')
    expect(row(answer, 'other')).toContain('another publisher’s')
    expect(answer.link('LYO-CAD-07')).toMatch(/^\/c\/100234\/hosts\//)
    const before = await snapshot(t.db.owner)
    await paste(sample)
    expect({ ...(await snapshot(t.db.owner)), throttles: 0 }).toEqual({ ...before, throttles: 0 })
  })

  test('says what is more than owned, not owned, and of another version', async () => {
    const answer = await paste(
      sample.replace('12.0 31-dec-2027 4', '14.0 31-dec-2027 9').replace('NO_SUCH', 'FORMA_MESH'),
    )
    expect(row(answer, 'FORMA_BASE')).toContain('more than owned here')
    expect(row(answer, 'FORMA_BASE')).toContain('here: 12.0')
    expect(row(answer, 'FORMA_MESH')).toContain('not owned here')
  })

  test('a machine is listed once, with what it serves and what is locked to it, however its ID is spelt', async () => {
    const locked = (id: string) => `FEATURE f${id.length} opend 1.0 permanent uncounted HOSTID=${id} SIGN=1\n`
    const answer = await paste(`${locked('02aa10000007')}${sample}\n${locked('02:AA:10:00:00:07')}
      ${locked('"02aa10000007 02aa10000055"')}`)
    expect(answer.text).toContain('2 hosts in the file')
    expect(row(answer, 'lyo-cad-07')).toContain('license server 02-AA-10-00-00-07 7788 5 lines')
  })

  test('hosts of other companies are new here', async () => {
    const answer = await paste(sample.replace('02aa10000007', '02aa10000099'))
    expect(answer.text).not.toContain('SECRET-01')
    expect(row(answer, 'lyo-cad-07')).toContain('new')
  })

  test('of twenty thousand lines the first are shown and compared, and all are counted', async () => {
    const line = (n: number) => `INCREMENT f${n} opend 1.0 permanent 5 \\\n\tSIGN=${n}\n`
    const others = Array.from({ length: 19_000 }, (_, n) => line(n)).join('')
    const head =
      'SERVER lyo-cad-07 02aa10000007\nVENDOR opend\nINCREMENT FORMA_BASE opend 12.0 permanent 4 SIGN=1\n'
    const answer = await paste(head + others)
    expect(answer.status).toBe(200)
    expect(row(answer, 'FORMA_BASE')).toContain('as owned here')
    expect(answer.link('LYO-CAD-07')).toMatch(/^\/c\/100234\/hosts\//)
    expect(answer.text.match(/18,001 more/g)).toHaveLength(2)
    expect(answer.text).toContain('19,001 features')
  })

  test('what it says stays text', async () => {
    const answer = await paste(`${sample}\nFEATURE <script>x</script> opend 1.0 permanent 1 "<b>" <i>`)
    expect(answer.all('main script, main b i')).toHaveLength(0)
    expect(answer.text).toContain('<script>x</script>')
  })

  test('nothing, and too much, come back with what to do', async () => {
    const empty = await paste('  ')
    expect([empty.status, empty.one('#text').getAttribute('aria-invalid')]).toEqual([422, 'true'])
    const large = await paste(`${'x'.repeat(1023)}\n`.repeat(1024))
    expect(large.status).toBe(422)
    expect(large.text).toContain('larger than 1 MB')
    expect((await paste('x\r\n'.repeat(49_999))).status).toBe(200)
    const rows = await paste('x\n'.repeat(50_000))
    expect([rows.status, rows.text.includes('more than 50,000 rows')]).toEqual([422, true])
  })
})

describe('a chosen file', () => {
  test('is read whatever its letters', async () => {
    const answer = await upload(readFileSync(new URL('samples/lemaire-latin1.lic', import.meta.url)))
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toContain('serveur-é')
    expect(answer.body).toContain('read as Windows-1252')
  })

  test.each([1024 * 1024 + 1, 1024 * 1024 + 9, 3_000_000])(
    'of %d bytes is refused in words',
    async (size) => {
      const answer = await upload(Buffer.alloc(size, 'x'))
      expect([413, 422]).toContain(answer.statusCode)
      expect(answer.body).toContain('larger than 1 MB')
      expect(answer.body).toContain('id="text"')
    },
  )
})

describe('from a host of the file to a plan', () => {
  const triad = `SERVER nan-a 0a1b2c3d4e61 7788\nSERVER nan-b 0a1b2c3d4e62 7788\nSERVER this_host 0a1b2c3d4e63 7788`

  test('its ID, names and port are filled in; the plan begins with it', async () => {
    const answer = await paste(sample.replace('02aa10000007', '0a1b2c3d4e5f'))
    const form = await both.get(answer.link('Start a plan'))
    expect(form.one('#id1').getAttribute('value')).toBe('0A-1B-2C-3D-4E-5F')
    expect(form.one('#server1').getAttribute('value')).toBe('lyo-cad-07')
    expect(form.one('#port').getAttribute('value')).toBe('7788')
    const next = await both.submitAndFollow(form, { label: 'LYO-NEW' }, '/c/100234/configure/new-host')
    expect(next.url).toMatch(/\/plans\/[0-9a-f-]+\/entitlement$/)
    expect(next.body).toContain('LYO-NEW is in the plan')
    const choices = next.all('main a').filter((a) => a.getAttribute('href')?.endsWith('/host'))
    const hosts = await both.get(choices[0]!.getAttribute('href')!)
    expect(hosts.text).toContain('LYO-NEW')
  })

  test('three servers are a triad; a name that stands for one is left to type', async () => {
    const form = await both.get((await paste(triad)).link('Start a plan'))
    expect(form.all('#id1, #id2, #id3')).toHaveLength(3)
    expect(form.one('#server3').getAttribute('value') ?? '').toBe('')
    const again = await both.submit(form, { label: 'NAN' }, '/c/100234/configure/new-host')
    expect(again.status).toBe(422)
    expect(again.one('#server3').getAttribute('aria-invalid')).toBe('true')
    expect(again.one('#id2').getAttribute('value')).toBe('0A-1B-2C-3D-4E-62')
  })

  test('is offered with Licensing only', async () => {
    const reporting = await t.signIn('reporting@demo.example')
    const answer = await paste(triad, reporting)
    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain('Start a plan')
  })

  test('a host ID that is in use is refused beside its field', async () => {
    const form = await both.get('/c/100234/configure/new-host?id1=02AA10000007')
    const answer = await both.submit(form, { label: 'TWICE' }, '/c/100234/configure/new-host')
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('LYO-CAD-07')
  })
})

test('one person cannot keep the counter busy', async () => {
  const licensing = await t.signIn('licensing@demo.example')
  const form = await licensing.get(path)
  let answer = await licensing.submit(form, { text: 'x' }, path)
  for (let n = 0; n < 60 && answer.status === 200; n++)
    answer = await licensing.submit(form, { text: 'x' }, path)
  expect(answer.status).toBe(429)
  expect(answer.text).toContain('You have read many license files.')
})

test('the page speaks French', async () => {
  const visitor = t.visitor()
  visitor.headers = { 'accept-language': 'fr' }
  await visitor.signIn('several@demo.example', t.cast.password)
  const form = await visitor.get('/c/100871/license-file')
  const answer = await visitor.submit(form, { text: sample }, '/c/100871/license-file')
  expect(answer.heading).toBe('Ce que dit le fichier de licence')
  expect(row(answer, 'FORMA_BASE')).toContain('non possédée ici')
})
