import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import type { PackInput, PackLine } from '../../src/packs/compose.ts'
import { keyIdOf, type PublicJwks } from '../../src/packs/jwks.ts'
import type { SigningKey } from '../../src/packs/sign.ts'

export const AT = new Date('2026-11-24T10:00:00Z')
export const TODAY = { today: '2026-11-24' }

export type TestKey = SigningKey & { jwks: PublicJwks }

export function makeKey(): TestKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  const jwk = privateKey.export({ format: 'jwk' })
  const kid = keyIdOf(jwk)
  return { kid, privateKey, jwks: { keys: [{ kty: jwk.kty, crv: jwk.crv, x: jwk.x, kid }] } }
}

export const FLOATING: PackLine = {
  contractNumber: 'SC-1001',
  configurationId: 'C-0001',
  familyName: 'Open Design',
  daemon: 'opend',
  port: 7788,
  productName: 'Open CAD',
  partNumber: 'CAD-100',
  release: '12',
  licenseType: 'floating',
  quantity: 5,
  startsOn: '2026-01-01',
  endsOn: '2027-01-31',
  orderNumber: '45001',
  orderLine: 1,
  features: [
    { name: 'CAD_BASE', version: '12.0' },
    { name: 'CAD_3D', version: '12.1' },
  ],
}

export const EXTENDED: PackLine = {
  ...FLOATING,
  configurationId: 'C-0002',
  productName: 'Open CAD Sheet Metal',
  partNumber: 'CAD-110',
  licenseType: 'extended',
  extendsPartNumber: 'CAD-100',
  quantity: 2,
  startsOn: '2027-01-01',
  endsOn: null,
  orderLine: 2,
  features: [{ name: 'CAD_SHEET', version: '12.0' }],
}

export const LOCKED: PackLine = {
  ...FLOATING,
  contractNumber: null,
  configurationId: 'C-0003',
  productName: 'Open View',
  partNumber: 'VIEW-1',
  licenseType: 'node-locked',
  quantity: 1,
  endsOn: null,
  orderNumber: '45002',
  features: [{ name: 'VIEW', version: '3.0' }],
}

export const SAMPLE: PackInput = {
  publisher: { name: 'Open Design Systems' },
  customer: {
    id: '01935e2a-7c00-7000-8000-000000000009',
    number: '100234',
    name: 'Ateliers Mécaniques du Rhône',
    addressLines: ['12 rue de la République', '69002 Lyon', 'France'],
  },
  host: {
    id: '01935e2a-7c00-7000-8000-000000000001',
    label: 'LYO-LIC-01',
    kind: 'single',
    members: [{ idKind: 'ethernet', idValue: '02AA10000007', serverName: 'lyo-lic-01.example.com' }],
  },
  issue: 3,
  date: '2026-11-24',
  requestNumber: 100000017,
  lines: [FLOATING, EXTENDED, LOCKED],
}

export const TRIAD: PackInput = {
  ...SAMPLE,
  host: {
    ...SAMPLE.host,
    id: '01935e2a-7c00-7000-8000-000000000002',
    label: 'LYO-TRIAD',
    kind: 'triad',
    members: ['02AA10000011', '02AA10000012', '02AA10000013'].map((idValue, index) => ({
      idKind: 'ethernet',
      idValue,
      serverName: `lyo-lic-1${index + 1}`,
    })),
    port: 7800,
  },
  lines: [FLOATING, EXTENDED],
}

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,29}$/)
const version = fc.stringMatching(/^\d{1,4}\.\d{1,3}$/)
const day = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2035-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const anyText = fc.string({ unit: 'binary', maxLength: 40 })

const line = fc.record({
  contractNumber: fc.option(anyText),
  configurationId: fc.nat(),
  familyName: anyText,
  daemon: fc.constantFrom('opend', 'simd', 'cam_d'),
  port: fc.integer({ min: 1, max: 65535 }),
  productName: anyText,
  partNumber: fc.oneof(name, anyText),
  release: fc.option(anyText),
  licenseType: fc.constantFrom('node-locked' as const, 'floating' as const, 'extended' as const),
  extendsPartNumber: fc.option(name),
  quantity: fc.integer({ min: 1, max: 999999 }),
  startsOn: day,
  endsOn: fc.option(day),
  orderNumber: fc.oneof(name, anyText),
  orderLine: fc.integer({ min: 1, max: 999 }),
  features: fc.array(fc.record({ name, version }), { minLength: 1, maxLength: 3 }),
})

/** Any pack for a single machine, with hostile text wherever a person or a file may have put some. */
export const anyPack: fc.Arbitrary<PackInput> = fc.record({
  publisher: fc.record({ name: anyText }),
  customer: fc.record({ number: name, name: anyText, addressLines: fc.array(anyText, { maxLength: 3 }) }),
  host: fc.record({
    id: fc.uuid(),
    label: anyText,
    kind: fc.constant('single' as const),
    members: fc
      .record({
        idKind: fc.constant('ethernet'),
        idValue: fc.stringMatching(/^[0-9A-F]{12}$/),
        serverName: anyText,
      })
      .map((member) => [member]),
    port: fc.option(fc.integer({ min: 1, max: 65535 })),
  }),
  issue: fc.integer({ min: 1, max: 9999 }),
  date: day,
  requestNumber: fc.constantFrom(null, 100000009, 100000017),
  lines: fc.array(line, { maxLength: 6 }),
})
