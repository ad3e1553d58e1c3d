import { sql } from 'drizzle-orm'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { writeTransfers } from '../../src/plans/write-transfers.ts'
import { recordRequest } from '../../src/requests/record.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { contact, customer, host, loadFiles, orderLine, placement, product } from '../helpers/files.ts'
import { dayFromNow } from '../helpers/makers.ts'

// Loading again never undoes what people did here (domain.md section 9).

let db: TestDatabase | undefined

const files = {
  'products.csv': [
    product(),
    product({ part_number: 'EXT-E', license_type: 'extended', extends: 'BASE-F', features: 'EXT:1' }),
  ],
  'customers.csv': [customer(), customer({ customer_number: 'C2', name: 'Zwei GmbH' })],
  'contacts.csv': [
    contact({ privileges: 'licensing' }),
    contact({ customer_number: 'C2', primary: 'yes' }),
    contact({ email: 'bo@lemaire.example', name: 'Bo' }),
  ],
  'orders.csv': [
    orderLine({
      service_contract_number: 'SC-1',
      maintenance_starts_on: '2026-01-10',
      maintenance_ends_on: '2099-01-10',
    }),
    orderLine({ line: 2, part_number: 'EXT-E', quantity: 5, term: 'subscription', ends_on: '2099-12-31' }),
  ],
  'hosts.csv': [host({ city: 'Nantes' }), host({ host_name: 'CAD-02', host_ids: '1A2B3C4D' })],
  'placements.csv': [placement(), placement({ line: 2, quantity: 2 })],
}

beforeEach(async () => {
  await db?.drop()
  db = await testDatabase()
  expect((await loadFiles(db.owner, files)).outcome).toBe('stored')
})
afterAll(() => db?.drop())

const query = async <T extends Record<string, unknown>>(text: ReturnType<typeof sql>) => [
  ...(await db!.owner.transaction((tx) => tx.execute<T>(text))),
]
const load = (more: Parameters<typeof loadFiles>[1], options = {}) => loadFiles(db!.owner, more, options)

test('the same files again change nothing', async () => {
  const tables = [
    'customer_versions',
    'contract_versions',
    'host_versions',
    'terms',
    'transfers',
    'activity',
    'privileges',
  ]
  const counts = () =>
    query(
      sql`select ${sql.join(
        tables.map((name) => sql`(select count(*) from ${sql.identifier(name)})`),
        sql`, `,
      )}`,
    )
  const before = await counts()
  const { said } = await load(files)
  expect(said.filter((line) => !line.endsWith(' unchanged'))).toEqual([])
  expect(await counts()).toEqual(before)
})

test('a missing row removes nothing', async () => {
  await load({ 'contacts.csv': [contact()], 'placements.csv': [placement()], 'products.csv': [product()] })
  const [counts] = await query(sql`
    select (select count(*)::integer from associations) as associations,
      (select count(*)::integer from placements) as placements, (select count(*)::integer from products) as products`)
  expect(counts).toEqual({ associations: 3, placements: 2, products: 2 })
})

test('fields changed here since the last load stay and are reported as kept; others follow the file', async () => {
  await query(sql`update customers set city = 'Rezé' where customer_number = 'C1'`)
  await query(sql`update people set phone = '+33 1' where email = 'bo@lemaire.example'`)
  await query(sql`update hosts set city = 'Rezé' where label = 'CAD-01'`)
  await query(sql`update host_members set server_name = 'new-name' where id_value = '1A2B3C4D'`)
  const { said } = await load({
    'customers.csv': [
      customer({ city: 'Angers', name: 'Lemaire SA' }),
      customer({ customer_number: 'C2', name: 'Zwei AG' }),
    ],
    'contacts.csv': [contact({ email: 'bo@lemaire.example', name: 'Bo', phone: '+33 2' })],
    'hosts.csv': [host({ city: 'Nantes', port: 27000 }), host({ host_name: 'CAD-02', host_ids: '1A2B3C4D' })],
  })
  expect(said).toEqual([
    'customers.csv:2 changed city',
    'customers.csv:3 changed',
    'contacts.csv:2 kept phone',
    'hosts.csv:2 changed city',
    'hosts.csv:3 kept server_names',
  ])
  expect(await query(sql`select name, city from customers where customer_number = 'C1'`)).toEqual([
    { name: 'Lemaire SA', city: 'Rezé' },
  ])
  expect(await query(sql`select city, port from hosts where label = 'CAD-01'`)).toEqual([
    { city: 'Rezé', port: 27000 },
  ])
  const again = await load({ 'customers.csv': [customer({ city: 'Rezé', name: 'Lemaire SA' })] })
  expect(again.said).toEqual(['customers.csv:2 unchanged'])
  const followed = await load({ 'customers.csv': [customer({ city: 'Vertou', name: 'Lemaire SA' })] })
  expect(followed.said).toEqual(['customers.csv:2 changed'])
})

test('a name or address that changes stands in the history, and the packs of its hosts are no longer current', async () => {
  await query(sql`update hosts set is_pack_current = true`)
  await load({ 'customers.csv': [customer({ city: 'Angers' })] })
  const cities =
    await query(sql`select v.city from customer_versions v join customers c on c.id = v.customer_id
    where c.customer_number = 'C1' order by v.recorded_at, v.id`)
  expect(cities).toEqual([{ city: 'Nantes' }, { city: 'Angers' }])
  expect(await query(sql`select distinct is_pack_current from hosts`)).toEqual([{ is_pack_current: false }])
})

test('a pack is no longer current where the file changes what stands in it, and only there', async () => {
  const contract = {
    service_contract_number: 'SC-1',
    maintenance_starts_on: '2026-01-10',
    maintenance_ends_on: '2099-01-10',
  }
  const outdated = async (more: Parameters<typeof loadFiles>[1]) => {
    await query(sql`update hosts set is_pack_current = true`)
    const { said } = await load(more)
    expect(said.filter((one) => !/added|changed/.test(one))).toEqual([])
    return (await query(sql`select label from hosts where not is_pack_current order by label`)).map(
      ({ label }) => label,
    )
  }
  const renewal = { line: 9, renews_order: 'SO-1', renews_line: 1 }
  for (const [file, rows, labels] of [
    ['orders.csv', [orderLine({ ...contract, maintenance_ends_on: '2100-01-10' })], []],
    ['orders.csv', [orderLine({ ...contract, order_date: '2026-01-06', quantity: 12 })], []],
    ['orders.csv', [orderLine({ ...contract, ...renewal, starts_on: '2098-01-10' })], []],
    ['orders.csv', [orderLine({ ...contract, quantity: 12, release: '13.0' })], ['CAD-01']],
    [
      'orders.csv',
      [orderLine({ quantity: 12, release: '13.0', service_contract_number: 'SC-7' })],
      ['CAD-01'],
    ],
    ['orders.csv', [orderLine({ ...contract, ...renewal, line: 8, starts_on: dayFromNow() })], ['CAD-01']],
    ['hosts.csv', [host({ city: 'Angers' })], []],
    ['hosts.csv', [host({ city: 'Angers', port: 7000 })], ['CAD-01']],
    ['hosts.csv', [host({ city: 'Angers', port: 7000, server_names: 'cad-x' })], ['CAD-01']],
  ] as const)
    expect([rows, await outdated({ [file]: rows })]).toEqual([rows, labels])
})

test('privileges count only for a new association; no load removes a last supervisor', async () => {
  const [ada] = await query<{ id: string; customer: string }>(sql`
    select p.id, c.id as customer from people p, customers c where p.email = 'ada@lemaire.example' and c.customer_number = 'C1'`)
  await query(
    sql`insert into privileges (customer_id, person_id, privilege) values (${ada!.customer}, ${ada!.id}, 'supervisor')`,
  )
  const { said } = await load({
    'contacts.csv': [
      contact({ privileges: '' }),
      contact({ email: 'bo@lemaire.example', name: 'Bo', privileges: 'reporting' }),
    ],
  })
  expect(said).toEqual(['contacts.csv:2 kept privileges', 'contacts.csv:3 kept privileges'])
  expect(await query(sql`select privilege from privileges order by privilege`)).toEqual([
    { privilege: 'licensing' },
    { privilege: 'supervisor' },
  ])
})

test('R11: the primary association that a person chose here stays', async () => {
  const primary = () =>
    query(sql`select c.customer_number as number from people p join customers c on c.id = p.primary_customer_id
      where p.email = 'ada@lemaire.example'`)
  expect(await primary()).toEqual([{ number: 'C2' }])
  const moved = await load({ 'contacts.csv': [contact({ primary: 'yes', privileges: 'licensing' })] })
  expect(moved.said).toEqual(['contacts.csv:2 changed'])
  expect(await primary()).toEqual([{ number: 'C1' }])
  await query(sql`update people set primary_customer_id = (select id from customers where customer_number = 'C2')
    where email = 'ada@lemaire.example'`)
  const kept = await load({ 'contacts.csv': [contact({ primary: 'yes', privileges: 'licensing' })] })
  expect(kept.said).toEqual(['contacts.csv:2 kept primary'])
  expect(await primary()).toEqual([{ number: 'C2' }])
})

test('name and telephone are those of the primary row; one for another company says nothing of them', async () => {
  const told = () => query(sql`select name, phone from people where email = 'ada@lemaire.example'`)
  const [before] = await told()
  const beside = contact({ name: 'A.', phone: '', privileges: 'licensing' })
  expect((await load({ 'contacts.csv': [beside] })).said).toEqual(['contacts.csv:2 unchanged'])
  expect(await told()).toEqual([before])
  // Her primary company's row does, also without a "yes", and whatever stands before it.
  const own = contact({ customer_number: 'C2', name: 'Ada King', phone: '+44 1' })
  expect((await load({ 'contacts.csv': [beside, own] })).said).toEqual([
    'contacts.csv:2 unchanged',
    'contacts.csv:3 changed',
  ])
  expect(await told()).toEqual([{ name: 'Ada King', phone: '+44 1' }])
})

test('R9: a load that names the first supervisor keeps what each contact of that moment could do until then', async () => {
  await load({
    'contacts.csv': [
      contact({ email: 'chief@lemaire.example', privileges: 'supervisor' }),
      contact({ email: 'new@lemaire.example' }),
    ],
  })
  const held = await query(sql`select p.email, v.privilege, v.is_kept as kept from privileges v
    join people p on p.id = v.person_id join customers c on c.id = v.customer_id
    where c.customer_number = 'C1' order by email, privilege`)
  expect(held).toEqual([
    { email: 'ada@lemaire.example', privilege: 'licensing', kept: false },
    { email: 'ada@lemaire.example', privilege: 'reporting', kept: true },
    { email: 'bo@lemaire.example', privilege: 'licensing', kept: true },
    { email: 'bo@lemaire.example', privilege: 'reporting', kept: true },
    { email: 'chief@lemaire.example', privilege: 'supervisor', kept: false },
  ])
  const companies = await query(
    sql`select customer_number as number from customers where first_supervised_at is not null`,
  )
  expect(companies).toEqual([{ number: 'C1' }])
  const granted = await query(
    sql`select details ->> 'privilege' as privilege from activity where verb = 'privilege.granted' order by at, privilege`,
  )
  expect(granted.map(({ privilege }) => privilege).sort()).toEqual([
    ...['licensing', 'licensing', 'reporting', 'reporting', 'supervisor'],
  ])
})

test('a quantity below what is placed is refused; a correction above adds a revision of the term', async () => {
  const below = await load({ 'orders.csv': [orderLine({ quantity: 3 })] })
  expect(below.outcome).toBe('refused')
  expect(below.said).toEqual([
    'orders.csv:2 refused: 4 are placed: the quantity cannot become 3 until some are returned',
  ])
  const above = await load({
    'orders.csv': [
      orderLine({
        quantity: 4,
        service_contract_number: 'SC-1',
        maintenance_ends_on: '2099-01-10',
        maintenance_starts_on: '2026-01-10',
      }),
    ],
  })
  expect(above.said).toEqual(['orders.csv:2 changed'])
  expect(
    await query(
      sql`select revision, quantity from terms t join orders o on o.id = t.order_id where line = 1 order by revision`,
    ),
  ).toEqual([
    { revision: 1, quantity: 10 },
    { revision: 2, quantity: 4 },
  ])
  expect(await query(sql`select entitled, owned, placed from entitlements where placed = 4`)).toEqual([
    { entitled: 4, owned: 4, placed: 4 },
  ])
})

test('an order line keeps its product and what it renews', async () => {
  const { said } = await load(
    {
      'orders.csv': [
        orderLine({ part_number: 'EXT-E' }),
        orderLine({ line: 2, part_number: 'EXT-E', renews_order: 'SO-1', renews_line: 1 }),
      ],
    },
    { dryRun: true },
  )
  expect(said).toEqual([
    'orders.csv:2 refused: This order line is of product BASE-F: it cannot become another. Add a new line instead',
    'orders.csv:3 refused: This order line was loaded as one that renews nothing: that cannot change',
  ])
})

test('a renewal is another term of the same entitlement; a smaller one leaves it over-placed', async () => {
  const renewal = orderLine({
    sales_order_number: 'SO-2',
    quantity: 3,
    starts_on: dayFromNow(-2),
    term: 'subscription',
    ends_on: dayFromNow(300),
    renews_order: 'so-1',
    renews_line: 1,
    service_contract_number: 'SC-2',
  })
  const { said } = await load({ 'orders.csv': [renewal] })
  expect(said).toEqual(['orders.csv:2 added'])
  const [entitlement] = await query(sql`
    select e.entitled, e.owned, e.placed, c.contract_number as contract, s.over_placed as over
    from entitlements e join products p on p.id = e.product_id
    join contracts c on c.customer_id = e.customer_id and c.id = e.contract_id
    join license_sums s on s.customer_id = e.customer_id and s.product_id = e.product_id
    where p.part_number = 'BASE-F'`)
  expect(entitlement).toEqual({ entitled: 3, owned: 4, placed: 4, contract: 'SC-2', over: 1 })
})

test('contract dates and order dates follow the file, with their history', async () => {
  const { said } = await load({
    'orders.csv': [
      orderLine({
        order_date: '2026-01-06',
        service_contract_number: 'SC-1',
        maintenance_starts_on: '2026-01-10',
        maintenance_ends_on: '2100-01-10',
      }),
    ],
  })
  expect(said).toEqual(['orders.csv:2 changed'])
  expect(
    await query(sql`select maintenance_ends_on as ends from contract_versions order by recorded_at, id`),
  ).toEqual([{ ends: '2099-01-10' }, { ends: '2100-01-10' }])
  expect(await query(sql`select order_date as day from orders`)).toEqual([{ day: '2026-01-06' }])
})

test('products follow the file; the packs that carry them are no longer current', async () => {
  await query(sql`update hosts set is_pack_current = true`)
  const { said } = await load({
    'products.csv': [
      product({ name: 'Base 13', features: 'BASE:13.0|BASE_X:1' }),
      product({ part_number: 'EXT-E', license_type: 'extended', extends: 'BASE-F', features: 'EXT:1' }),
    ],
  })
  expect(said).toEqual(['products.csv:2 changed', 'products.csv:3 unchanged'])
  expect(
    await query(
      sql`select f.name, f.version from product_features f join products p on p.id = f.product_id where part_number = 'BASE-F' order by position`,
    ),
  ).toEqual([
    { name: 'BASE', version: '13.0' },
    { name: 'BASE_X', version: '1' },
  ])
  expect(await query(sql`select label, is_pack_current as current from hosts order by label`)).toEqual([
    { label: 'CAD-01', current: false },
    { label: 'CAD-02', current: true },
  ])
})

test('a correction takes licenses from one host to another, however far apart their rows are', async () => {
  const hosts = Array.from({ length: 2_100 }, (_, i) => `H-${i}`)
  const on = (name: string, quantity: number) => placement({ host_name: name, line: 3, quantity })
  await load({
    'orders.csv': [orderLine({ line: 3, quantity: 10 }), orderLine({ line: 4, quantity: hosts.length })],
    'hosts.csv': hosts.map((name, i) =>
      host({ host_name: name, host_ids: (0x1a2b0000 + i).toString(16), server_names: name }),
    ),
    'placements.csv': [on('H-2099', 10)],
  })
  const between = hosts.slice(1, -1).map((name) => placement({ host_name: name, line: 4, quantity: 1 }))
  const { outcome } = await load({ 'placements.csv': [on('H-0', 5), ...between, on('H-2099', 5)] })
  expect(outcome).toBe('stored')
  const placed = await query(sql`
    select h.label, l.quantity from placements l join hosts h on h.id = l.host_id
    where h.label in ('H-0', 'H-2099') order by h.label`)
  expect(placed).toEqual([
    { label: 'H-0', quantity: 5 },
    { label: 'H-2099', quantity: 5 },
  ])
}, 60_000)

test('opening balances can be corrected while nobody has worked with them', async () => {
  const { said } = await load({
    'placements.csv': [placement({ quantity: 6 }), placement({ line: 2, quantity: 1 })],
  })
  expect(said).toEqual(['placements.csv:2 changed', 'placements.csv:3 changed'])
  expect(
    await query(sql`select quantity, request_id, load_id is not null as loaded, to_host_id is not null as placed
    from transfers order by at, quantity`),
  ).toEqual([
    { quantity: 2, request_id: null, loaded: true, placed: true },
    { quantity: 4, request_id: null, loaded: true, placed: true },
    { quantity: 1, request_id: null, loaded: true, placed: false },
    { quantity: 2, request_id: null, loaded: true, placed: true },
  ])
  expect(await query(sql`select placed from entitlements order by placed`)).toEqual([
    { placed: 1 },
    { placed: 6 },
  ])
  expect(await query(sql`select placed from license_sums order by placed`)).toEqual([
    { placed: 1 },
    { placed: 6 },
  ])
})

test('a placement whose entitlement people have transferred is refused: managed here since that day', async () => {
  const [row] = await query<
    Record<'customer' | 'entitlement' | 'host' | 'configuration' | 'person', string>
  >(sql`
    select l.customer_id as customer, l.entitlement_id as entitlement, l.host_id as host,
      l.configuration_id as configuration, (select id from people limit 1) as person
    from placements l where quantity = 4`)
  await db!.owner.transaction(async (tx) => {
    const request = await recordRequest(tx, {
      customerId: row!.customer,
      kind: 'configure',
      status: 'completed',
      personId: row!.person,
    })
    const line = {
      id: newId(),
      entitlementId: row!.entitlement,
      fromHostId: null,
      toHostId: row!.host,
      quantity: 1,
      configurationId: row!.configuration,
    }
    await writeTransfers(tx, {
      customerId: row!.customer,
      requestId: request.id,
      loadId: null,
      personId: row!.person,
      lines: [line],
    })
  })
  const { said, outcome } = await load({ 'placements.csv': files['placements.csv'] }, { skipRefused: true })
  expect(outcome).toBe('stored')
  expect(said).toEqual([
    `placements.csv:2 refused: Managed here since ${dayFromNow()}: people have transferred licenses of this order line`,
    'placements.csv:3 unchanged',
  ])
  expect(await query(sql`select quantity from placements order by quantity`)).toEqual([
    { quantity: 2 },
    { quantity: 5 },
  ])
})

test('a host that was renamed here is still the one of its row, also where another has its old name now', async () => {
  await query(sql`update hosts set label = 'CAD-01-OLD' where label = 'CAD-01'`)
  const id = newId()
  await query(sql`insert into hosts (customer_id, id, label, kind, status)
    select customer_id, ${id}, 'CAD-01', kind, 'active' from hosts where label = 'CAD-01-OLD'`)
  await query(sql`insert into host_members (customer_id, host_id, position, id_kind, id_value, is_active)
    select customer_id, id, 1, 'system', '0000ABCD', true from hosts where id = ${id}`)
  const { said, outcome } = await load(files)
  expect(outcome).toBe('stored')
  expect(said.every((text) => text.endsWith(' unchanged'))).toBe(true)
  expect(
    await query(sql`select h.label, l.quantity from placements l join hosts h on h.id = l.host_id
    order by l.quantity`),
  ).toEqual([
    { label: 'CAD-01-OLD', quantity: 2 },
    { label: 'CAD-01-OLD', quantity: 4 },
  ])
})

test('where the file follows a renaming, its old name may go to a new machine', async () => {
  await query(sql`update hosts set label = 'CAD-01-OLD' where label = 'CAD-01'`)
  const { said } = await load({
    'hosts.csv': [
      host({ host_ids: '00-1A-2B-3C-4D-99' }),
      host({ host_name: 'CAD-01-OLD', city: 'Nantes' }),
      host({ host_name: 'CAD-02', host_ids: '1A2B3C4D' }),
    ],
    'placements.csv': [placement({ host_name: 'CAD-01-OLD' })],
  })
  expect(said).toEqual([
    'hosts.csv:2 added',
    'hosts.csv:3 unchanged',
    'hosts.csv:4 unchanged',
    'placements.csv:2 unchanged',
  ])
})

test('a host replaced or retired here does not come back', async () => {
  await query(
    sql`update hosts set status = 'retired', retired_at = now() where label in ('CAD-01', 'CAD-02')`,
  )
  await query(sql`update host_members set is_active = false`)
  const id = newId()
  await query(sql`insert into hosts (customer_id, id, label, kind, status, replaces_host_id)
    select customer_id, ${id}, label, kind, 'active', id from hosts where label = 'CAD-01'`)
  await query(sql`insert into host_members (customer_id, host_id, position, id_kind, id_value, is_active)
    select customer_id, id, 1, 'system', '0000ABCD', true from hosts where id = ${id}`)
  const { said } = await load({ 'hosts.csv': files['hosts.csv'] }, { dryRun: true })
  expect(said).toEqual(['hosts.csv:2 kept host_ids', 'hosts.csv:3 kept status'])
})

test('nor does one that was renamed before it was retired', async () => {
  await query(
    sql`update hosts set label = 'OLD', status = 'retired', retired_at = now() where label = 'CAD-02'`,
  )
  await query(sql`update host_members set is_active = false where id_kind = 'system'`)
  const { said } = await load({ 'hosts.csv': files['hosts.csv'] }, { dryRun: true })
  expect(said).toEqual(['hosts.csv:2 unchanged', 'hosts.csv:3 kept status'])
})

test('what is loaded is recorded, and history begins with the first load', async () => {
  expect(await query(sql`select by, counts -> 'orders.csv' ->> 'added' as added from loads`)).toEqual([
    { by: 'test', added: '2' },
  ])
  expect(await query(sql`select history_begins_on as day from publisher`)).toEqual([{ day: dayFromNow() }])
})
