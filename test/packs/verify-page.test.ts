import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { publicJwks } from '../../src/packs/jwks.ts'
import { activeKey } from '../../src/packs/keys.ts'
import { signPack } from '../../src/packs/sign.ts'
import { hosts, packs } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { formOf } from '../helpers/visitor.ts'
import { AT, FLOATING, LOCKED, makeKey, SAMPLE } from './sample.ts'

let site: TestApp
let text: string
beforeAll(async () => {
  site = await testApp()
  text = await issue(3)
})
afterAll(() => site?.close())

const lines = [{ ...FLOATING, endsOn: '2999-12-31' }, LOCKED]
const customer = () => ({ ...SAMPLE.customer, id: site.cast.customers['100234']! })

/** A pack of the sample host with that issue number, in the server's record, and the current one. */
async function issue(number: number): Promise<string> {
  const key = activeKey(site.app.packKeys)
  const signed = signPack({ ...SAMPLE, customer: customer(), issue: number, lines }, key, AT)
  const customerId = customer().id
  await site.db.owner.forCustomer(customerId, async (tx) => {
    const host = {
      customerId,
      id: SAMPLE.host.id,
      label: SAMPLE.host.label,
      kind: 'single',
      status: 'active',
    } as const
    const current = { packIssue: number, isPackCurrent: true }
    await tx
      .insert(hosts)
      .values({ ...host, ...current })
      .onConflictDoUpdate({ target: [hosts.customerId, hosts.id], set: current })
    await tx.insert(packs).values({
      customerId,
      hostId: host.id,
      issue: number,
      text: signed.text,
      digest: signed.digest,
      keyId: key.kid,
    })
  })
  return signed.text
}

async function paste(pack: string) {
  const visitor = site.visitor()
  return visitor.submit(await visitor.get('/verify'), { pack })
}

test('anyone can check a pack: genuine and current', async () => {
  const answer = await paste(text)
  expect(answer.status).toBe(200)
  expect(answer.title).toMatch(/^Genuine – Check a license pack/)
  expect(answer.one('#verdict').textContent).toBe('Genuine')
  expect(answer.text).toContain('This is issue 3 of the pack.')
  expect(answer.text).toContain('It is the current issue.')
  expect(answer.text).toContain('02aa10000007')
  expect(answer.all('tbody tr').map((row) => row.querySelector('th')?.textContent)).toEqual([
    'VIEW',
    'CAD_BASE',
    'CAD_3D',
  ])
  expect(answer.headers['cache-control']).toContain('no-store')
})

test('the latest issue is not called current where what it says has changed since', async () => {
  const mark = (isPackCurrent: boolean) =>
    site.db.owner.db.update(hosts).set({ isPackCurrent }).where(eq(hosts.id, SAMPLE.host.id))
  await mark(false)
  const answer = await paste(text)
  await mark(true)
  expect(answer.one('#verdict').textContent).toBe('Genuine')
  expect(answer.text).toContain('It is the latest issue, but what it says has changed since.')
  expect(answer.text).not.toContain('It is the current issue.')
})

test('a changed line is named with its number and what was issued', async () => {
  const changed = text.replace(' 5 VENDOR_STRING', ' 50 VENDOR_STRING')
  const line = changed.split('\n').findIndex((row) => row.includes(' 50 VENDOR_STRING')) + 1
  const answer = await paste(changed)
  expect(answer.one('#verdict').textContent).toBe('Not as issued')
  const [row] = answer.all('tbody tr')
  expect(row!.querySelector('th')!.textContent).toBe(String(line))
  expect(row!.textContent).toContain('This line was changed after it was issued')
  expect(row!.textContent).toContain('As issued: INCREMENT CAD_BASE opend 12.0 31-dec-2999 5')
})

test('a file can be sent instead of pasted text', async () => {
  const visitor = site.visitor()
  const { values } = formOf(await visitor.get('/verify'))
  const parts = Object.entries({ ...values, pack: '' }).map(
    ([name, value]) => `--edge\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const upload = `--edge\r\ncontent-disposition: form-data; name="file"; filename="pack.lic"\r\ncontent-type: application/octet-stream\r\n\r\n${text}\r\n--edge--\r\n`
  const response = await site.app.inject({
    method: 'POST',
    url: '/verify',
    payload: parts.join('') + upload,
    headers: {
      'content-type': 'multipart/form-data; boundary=edge',
      cookie: [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    },
  })
  expect(response.statusCode).toBe(200)
  expect(response.body).toContain('This is issue 3 of the pack.')
})

test('an empty form comes back with what to do', async () => {
  const answer = await paste(' ')
  expect(answer.status).toBe(422)
  expect(answer.title).toMatch(/^Error: /)
  expect(answer.one('#pack').getAttribute('aria-invalid')).toBe('true')
})

test('other texts, and packs of other publishers, are no packs of ours and claim nothing', async () => {
  expect((await paste('hello')).one('#verdict').textContent).toBe('Not a license pack')
  const answer = await paste(signPack(SAMPLE, makeKey(), AT).text)
  expect(answer.one('#verdict').textContent).toBe('Not signed by this publisher')
  expect(answer.text).not.toContain('100234')
})

test('a genuine pack that is not in the record is told from one that is', async () => {
  const key = activeKey(site.app.packKeys)
  for (const input of [
    { ...SAMPLE, issue: 99, customer: customer() },
    SAMPLE,
    { ...SAMPLE, customer: { ...SAMPLE.customer, id: 'no-id' } },
  ]) {
    const answer = await paste(signPack({ ...input, lines }, key, AT).text)
    expect(answer.one('#verdict').textContent).toBe('Genuine')
    expect(answer.text).toContain('do not have this issue')
  }
})

test('what a hostile file says stays text', async () => {
  const answer = await paste(text.replace('\nUSE_SERVER', '\n<script>alert(1)</script> "x\nUSE_SERVER'))
  expect(answer.one('#verdict').textContent).toBe('Not as issued')
  expect(answer.all('main script')).toHaveLength(0)
  expect(answer.text).toContain('<script>alert(1)</script>')
})

test('a compromised key is not believed, except for packs that the server’s own record has', async () => {
  const { packKeys } = site.app
  const [key] = packKeys
  packKeys[0] = { ...key!, status: 'compromised', compromisedFrom: '2026-10-01' }
  try {
    expect((await paste(text)).one('#verdict').textContent).toBe('Genuine')
    const forged = signPack({ ...SAMPLE, issue: 50, customer: customer(), lines }, key!, AT).text
    expect((await paste(forged)).one('#verdict').textContent).toBe(
      'Signed with a key that is no longer trusted',
    )
  } finally {
    packKeys[0] = key!
  }
})

test('the public keys are there for checks without this site', async () => {
  const answer = await site.visitor().get('/.well-known/jwks.json')
  expect(JSON.parse(answer.body)).toEqual(publicJwks(site.app.packKeys))
  expect(answer.body).not.toContain('"d"')
})

test('the page speaks French', async () => {
  const visitor = site.visitor()
  visitor.headers = { 'accept-language': 'fr' }
  const answer = await visitor.submit(await visitor.get('/verify'), {
    pack: text.replace(' 5 VENDOR_STRING', ' 50 VENDOR_STRING'),
  })
  expect(answer.one('#verdict').textContent).toBe('Non conforme à l’original')
  expect(answer.heading).toBe('Vérifier une nomenclature de licence')
})

test('an older issue is genuine, and no longer the current one', async () => {
  await issue(4)
  const answer = await paste(text)
  expect(answer.one('#verdict').textContent).toBe('Genuine')
  expect(answer.text).toContain('issue 4 replaces it')
})

test('one network cannot keep the counter busy with checks', async () => {
  let answer = await paste(text)
  for (let n = 0; n < 60 && answer.status === 200; n++) answer = await paste(text)
  expect(answer.status).toBe(429)
  expect(answer.headers['retry-after']).toMatch(/^\d+$/)
  expect(answer.text).toContain('Too many packs were checked from your network.')
})

test.each([
  ['cut off', 'multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nbc'],
  ['without a boundary', 'multipart/form-data', 'abc'],
  ['with a boundary of thousands of letters', `multipart/form-data; boundary=${'x'.repeat(5000)}`, '--x'],
])('a form %s is a bad request, not a fault of ours', async (_, type, payload) => {
  const headers = { 'content-type': type }
  const answer = await site.app.inject({ method: 'POST', url: '/verify', headers, payload })
  expect(answer.statusCode).toBe(400)
  expect(answer.body).toContain('That could not be understood')
})

test('a form whose sender goes away is no fault of ours either', async () => {
  const { server, log } = site.app
  const error = vi.spyOn(log, 'error')
  await site.app.listen({ host: '127.0.0.1', port: 0 })
  const arrived = once(server, 'request')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(
    'POST /verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n' +
      'Content-Length: 1000\r\n\r\n--x\r\nContent-Disposition: form-data; name="pack"\r\n\r\nx',
  )
  const [message] = (await arrived) as [IncomingMessage]
  await once(message, 'data')
  const isOver = once(message, 'error')
  socket.destroy()
  await isOver
  await setTimeout(50)
  expect(error.mock.calls).toEqual([])
})
