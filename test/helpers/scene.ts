import { builtInCutter, type Cutter } from '../../src/packs/cutters/built-in.ts'
import { activeKey } from '../../src/packs/keys.ts'
import type { TestApp } from './app.ts'
import { dayFromNow, makeEntitlement, makeFamily, makeHost, makeProduct, type TermValues } from './makers.ts'
import { planner } from './plans.ts'

type Company = { entitlements: Record<string, string>; hosts: Record<string, string> }

/** IDs by part number and by label. */
export type Scene = Company & { lyo: string }

const term = (contract: string, values: TermValues = {}): TermValues => ({
  ...values,
  contract: { number: contract },
})

/**
 * What the companies of the cast own, the same in each database: enough for every tool, and one of each thing that
 * cannot be done (expired, without its base, used up).
 */
export async function makeScene({ app, db, cast }: TestApp): Promise<Scene> {
  const cut = builtInCutter(activeKey(app.packKeys))
  const owner = db.owner.db
  const forma = await makeFamily(owner, { name: 'Forma', daemon: 'opend', port: 7788 })
  const trace = await makeFamily(owner, { name: 'Tracé', daemon: 'traced', port: 7790 })
  const base = await makeProduct(owner, { familyId: forma.id, partNumber: 'FRM-1000-F', name: 'Forma Base' })
  const products = {
    'FRM-1000-F': base,
    'FRM-1210-E': await makeProduct(owner, {
      familyId: forma.id,
      partNumber: 'FRM-1210-E',
      name: 'Forma Mesh',
      base: base.id,
    }),
    'FRM-0900-N': await makeProduct(owner, {
      familyId: forma.id,
      partNumber: 'FRM-0900-N',
      name: 'Forma Viewer',
      licenseType: 'node-locked',
    }),
    'RLY-4100-F': await makeProduct(owner, {
      familyId: trace.id,
      partNumber: 'RLY-4100-F',
      name: 'Relay Server',
    }),
  }
  const lemaire = cast.customers[100234]!
  const own = async (customerId: string, part: keyof typeof products, values: TermValues) =>
    (await makeEntitlement(owner, customerId, products[part].id, values)).id
  const entitlements = {
    'FRM-1000-F': await own(lemaire, 'FRM-1000-F', term('2A-55012', { quantity: 10 })),
    'FRM-1210-E': await own(lemaire, 'FRM-1210-E', term('2A-55014', { quantity: 4, endsOn: dayFromNow(60) })),
    'FRM-0900-N': await own(lemaire, 'FRM-0900-N', term('2A-55013', { quantity: 5, endsOn: null })),
    'RLY-4100-F': await own(
      lemaire,
      'RLY-4100-F',
      term('3A-10077', { quantity: 3, startsOn: dayFromNow(-400), endsOn: dayFromNow(-9) }),
    ),
  }
  const lyo = await makeHost(owner, lemaire, {
    label: 'LYO-CAD-07',
    ids: ['02AA10000007'],
    servers: ['lyo-cad-07'],
    city: 'Lyon',
    country: 'FR',
  })
  const nantes = await makeHost(owner, lemaire, {
    label: 'NAN-LIC-01',
    ids: ['02AA10000011', '02AA10000012', '02AA10000013'],
    servers: ['nan-lic-a', 'nan-lic-b', 'nan-lic-c'],
    city: 'Nantes',
    country: 'FR',
  })
  await planner(db.database, lemaire, cast.people['licensing@demo.example']!, cut).place([
    { entitlementId: entitlements['FRM-1000-F'], to: lyo.id, quantity: 3 },
  ])
  await makeOthers({ db, cast }, cut, own)
  return { lyo: lyo.id, entitlements, hosts: { 'LYO-CAD-07': lyo.id, 'NAN-LIC-01': nantes.id } }
}

async function makeOthers(
  { db, cast }: Pick<TestApp, 'db' | 'cast'>,
  cut: Cutter,
  own: (customerId: string, part: 'FRM-1000-F', values: TermValues) => Promise<string>,
): Promise<void> {
  for (const [number, host] of [
    ['100871', 'BREST-LIC'],
    ['100990', 'KIEL-LIC'],
  ] as const) {
    const customerId = cast.customers[number]!
    const entitlementId = await own(customerId, 'FRM-1000-F', term(`SC-${number}`, { quantity: 6 }))
    const { id } = await makeHost(db.owner.db, customerId, {
      label: host,
      ids: [`02AA20${number}`],
      servers: [host.toLowerCase()],
    })
    const person = cast.people['several@demo.example']!
    await planner(db.database, customerId, person, cut).place([{ entitlementId, to: id, quantity: 2 }])
  }
}
