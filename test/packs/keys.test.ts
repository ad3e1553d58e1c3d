import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { publicJwks, readJwks } from '../../src/packs/jwks.ts'
import { activeKey, createKey, KeyProblem, loadKeys, openKeys } from '../../src/packs/keys.ts'
import { signPack } from '../../src/packs/sign.ts'
import { verifyPack } from '../../src/packs/verify.ts'
import { AT, SAMPLE, TODAY } from './sample.ts'

let folder: string

beforeEach(() => {
  const parent = mkdtempSync(join(tmpdir(), 'guichet-keys-'))
  folder = join(parent, 'packs')
  onTestFinished(() => rmSync(parent, { recursive: true }))
})

function change(kid: string, values: object) {
  const path = join(folder, `${kid}.json`)
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...values }))
}

test('the first start makes a key that only its owner can read, and later starts find it', () => {
  const [key] = openKeys(folder)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, `${key!.kid}.json`)).mode & 0o777).toBe(0o600)
  expect(openKeys(folder).map(({ kid }) => kid)).toEqual([key!.kid])
})

test('a private key that others can read is refused, with words and a remedy', () => {
  const key = createKey(folder)
  const path = join(folder, `${key.kid}.json`)
  for (const mode of [0o640, 0o604, 0o620]) {
    chmodSync(path, mode)
    expect(() => loadKeys(folder)).toThrow(KeyProblem)
    expect(() => loadKeys(folder)).toThrow(`chmod 600 ${path}`)
  }
})

test('a folder in which others can put keys is refused', () => {
  createKey(folder)
  chmodSync(folder, 0o770)
  expect(() => loadKeys(folder)).toThrow('can be changed by other users')
})

test('the newest active key signs; retired ones still prove, and none is a clear refusal', () => {
  const old = createKey(folder, new Date('2025-01-01'))
  const now = createKey(folder, new Date('2026-01-01'))
  expect(activeKey(loadKeys(folder)).kid).toBe(now.kid)
  change(now.kid, { status: 'retired' })
  expect(activeKey(loadKeys(folder)).kid).toBe(old.kid)
  const { text } = signPack(SAMPLE, now, AT)
  expect(verifyPack(text, publicJwks(loadKeys(folder)), TODAY).verdict).toBe('genuine')
  change(old.kid, { status: 'compromised', compromisedFrom: '2026-10-01' })
  expect(() => activeKey(loadKeys(folder))).toThrow('No active key')
  change(old.kid, { status: 'compromised', compromisedFrom: '1/10/2026' })
  expect(() => loadKeys(folder)).toThrow('compromisedFrom is a day such as 2026-11-24')
})

test('the published set has the public halves and what became of them, and nothing private', () => {
  const key = createKey(folder)
  change(key.kid, { status: 'compromised', compromisedFrom: '2026-10-01' })
  const jwks = publicJwks(loadKeys(folder))
  expect(jwks.keys).toMatchObject([
    {
      kty: 'OKP',
      crv: 'Ed25519',
      use: 'sig',
      alg: 'EdDSA',
      kid: key.kid,
      status: 'compromised',
      compromisedFrom: '2026-10-01',
    },
  ])
  expect(jwks.keys[0]).not.toHaveProperty('d')
  const { text } = signPack(SAMPLE, key, AT)
  const read = readJwks(JSON.stringify(jwks))!
  expect(verifyPack(text, read, TODAY)).toMatchObject({
    verdict: 'compromised-key',
    compromisedFrom: '2026-10-01',
  })
})

test('a key file that is not one is named', () => {
  const { kid } = createKey(folder)
  change(kid, { status: 'asleep' })
  expect(() => loadKeys(folder)).toThrow('status must be active, retired or compromised')
  change(kid, { status: 'active', kid: 'other' })
  expect(() => loadKeys(folder)).toThrow('the key ID is not that of the key')
  change(kid, { kid, jwk: { kty: 'RSA' } })
  expect(() => loadKeys(folder)).toThrow('no Ed25519 private key')
  writeFileSync(join(folder, `${kid}.json`), 'nonsense')
  expect(() => loadKeys(folder)).toThrow('not readable JSON')
  expect(() => loadKeys(join(folder, 'nowhere'))).toThrow('does not exist')
})

test('what is no key set is told from one', () => {
  expect(readJwks('{"keys":[]}')).toEqual({ keys: [] })
  for (const text of ['', '[]', 'null', '{"keys":{}}', '<html>']) expect(readJwks(text)).toBeNull()
})
