import { sql } from 'drizzle-orm'
import type { Db } from '../../src/db.ts'
import { countCustomer } from '../../src/entitlements/count.ts'
import { parseHostId } from '../../src/hosts/host-id.ts'
import { newId } from '../../src/ids.ts'
import type { Privilege } from '../../src/privileges/list.ts'
import {
  associations,
  contractNumbers,
  contracts,
  customers,
  entitlements,
  families,
  hostMembers,
  hosts,
  orderLines,
  orderNumbers,
  orders,
  people,
  privileges,
  productFeatures,
  products,
  publisher,
  terms,
} from '../../src/schema.ts'

// Makers insert as the owner's role, past row-level security; what they leave out gets a value that fits.

let made = 0
const next = () => `${++made}`

/** Today in UTC, the zone of the test publisher, moved by some days. */
export function dayFromNow(days = 0): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
}

export async function makePublisher(db: Db, values: Partial<typeof publisher.$inferInsert> = {}) {
  const row = { id: 1, name: 'Halden Software', timeZone: 'UTC', ...values }
  await db.insert(publisher).values(row).onConflictDoUpdate({ target: publisher.id, set: row })
  const [stored] = await db.select().from(publisher)
  return stored!
}

/** A company that has had a supervisor, unless `firstSupervisedAt` is null (R9). */
export async function makeCustomer(db: Db, values: Partial<typeof customers.$inferInsert> = {}) {
  const n = next()
  const [row] = await db
    .insert(customers)
    .values({
      id: newId(),
      customerNumber: `C-${100000 + Number(n)}`,
      name: `Company ${n}`,
      city: 'Lyon',
      country: 'FR',
      firstSupervisedAt: new Date(),
      ...values,
    })
    .returning()
  return row!
}

export async function makePerson(db: Db, values: Partial<typeof people.$inferInsert> = {}) {
  const n = next()
  const [row] = await db
    .insert(people)
    .values({
      id: newId(),
      email: `person-${n}@example.com`,
      name: `Person ${n}`,
      confirmedAt: new Date(),
      ...values,
    })
    .returning()
  return row!
}

/** Associates a person with a company; the first becomes the primary one. */
export async function associate(db: Db, customerId: string, personId: string, ...held: Privilege[]) {
  await db.insert(associations).values({ customerId, personId })
  for (const privilege of held) await db.insert(privileges).values({ customerId, personId, privilege })
  await db.execute(sql`
    update people set primary_customer_id = coalesce(primary_customer_id, ${customerId}::uuid) where id = ${personId}`)
}

export async function makeFamily(db: Db, values: Partial<typeof families.$inferInsert> = {}) {
  const [row] = await db
    .insert(families)
    .values({ id: newId(), name: `Family ${next()}`, daemon: 'opend', port: 7788, ...values })
    .returning()
  return row!
}

/** A product with one feature; floating unless said otherwise, extended where it has a base. */
export async function makeProduct(
  db: Db,
  { base, ...values }: Partial<typeof products.$inferInsert> & { base?: string } = {},
) {
  const n = next()
  const familyId = values.familyId ?? (await makeFamily(db)).id
  const [row] = await db
    .insert(products)
    .values({
      id: newId(),
      partNumber: `PRD-${n}`,
      name: `Product ${n}`,
      licenseType: base ? 'extended' : 'floating',
      extendsProductId: base ?? null,
      ...values,
      familyId,
    })
    .returning()
  await db
    .insert(productFeatures)
    .values({ productId: row!.id, position: 1, name: `FEATURE_${n}`, version: '12.0' })
  return row!
}

export type TermValues = {
  order?: string
  quantity?: number
  startsOn?: string
  /** Null: perpetual. */
  endsOn?: string | null
  /** The day to count for. */
  today?: string
  contract?: { number?: string; startsOn?: string; endsOn?: string | null } | null
}

/** What one order line gives: contract, order, line, entitlement and its first term; counted for today. */
export async function makeEntitlement(
  db: Db,
  customerId: string,
  productId: string,
  { contract = {}, ...values }: TermValues = {},
) {
  const contractId = contract && (await makeContract(db, customerId, contract))
  const id = newId()
  await db.insert(entitlements).values({ customerId, id, productId, contractId })
  const term = await addTerm(db, customerId, { id, productId, contractId }, values)
  return { id, productId, contractId, ...term }
}

/** Another order line for an entitlement, a renewal: under the same contract, where no other is given. */
export async function addTerm(
  db: Db,
  customerId: string,
  entitlement: { id: string; productId: string; contractId: string | null },
  {
    quantity = 10,
    startsOn = dayFromNow(-30),
    endsOn = dayFromNow(300),
    today = dayFromNow(),
    order = `SO-${next()}`,
    contract,
  }: TermValues = {},
) {
  const contractId = contract ? await makeContract(db, customerId, contract) : entitlement.contractId
  const salesOrderNumber = order
  const orderId = newId()
  await db.insert(orderNumbers).values({ salesOrderNumber, customerId })
  await db.insert(orders).values({ customerId, id: orderId, salesOrderNumber, orderDate: startsOn })
  await db.insert(orderLines).values({
    customerId,
    orderId,
    line: 1,
    entitlementId: entitlement.id,
    productId: entitlement.productId,
    quantity,
    termKind: endsOn === null ? 'perpetual' : 'subscription',
    startsOn,
    endsOn,
    contractId,
    release: '12.0',
  })
  await reviseTerm(db, customerId, {
    entitlementId: entitlement.id,
    orderId,
    quantity,
    startsOn,
    endsOn,
    today,
  })
  return { orderId, salesOrderNumber }
}

/** A (corrected) term of an order line. */
export async function reviseTerm(
  db: Db,
  customerId: string,
  { today, ...term }: Omit<typeof terms.$inferInsert, 'customerId' | 'id' | 'line'> & { today?: string },
) {
  await db.insert(terms).values({ ...term, customerId, id: newId(), line: 1 })
  await countCustomer(db, customerId, today ?? dayFromNow())
}

async function makeContract(
  db: Db,
  customerId: string,
  {
    number = `SC-${next()}`,
    startsOn = dayFromNow(-30),
    endsOn = dayFromNow(300),
  }: { number?: string; startsOn?: string; endsOn?: string | null },
) {
  const id = newId()
  await db.insert(contractNumbers).values({ contractNumber: number, customerId })
  await db.insert(contracts).values({
    customerId,
    id,
    contractNumber: number,
    maintenanceStartsOn: startsOn,
    maintenanceEndsOn: endsOn,
  })
  return id
}

export type HostValues = Partial<typeof hosts.$inferInsert> & {
  /** As typed; three make a triad. */
  ids?: string[]
  servers?: string[]
}

/** An active host; three IDs make a triad. */
export async function makeHost(db: Db, customerId: string, { ids, servers, ...values }: HostValues = {}) {
  const n = next()
  const typed = ids ?? [`02AA1000${Number(n).toString(16).padStart(4, '0')}`]
  const [row] = await db
    .insert(hosts)
    .values({
      customerId,
      id: newId(),
      label: `HOST-${n}`,
      kind: typed.length === 3 ? 'triad' : 'single',
      status: 'active',
      ...values,
    })
    .returning()
  for (const [index, text] of typed.entries()) {
    const read = parseHostId(text, { allowAny: true })
    if ('problem' in read) throw new Error(`${text}: ${read.problem}`)
    await db.insert(hostMembers).values({
      customerId,
      hostId: row!.id,
      position: index + 1,
      idKind: read.kind,
      idValue: read.value,
      serverName: servers?.[index] ?? `server-${n}-${index + 1}`,
      isActive: row!.status === 'active',
    })
  }
  return row!
}
