import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeCompany, findCompanyPlace } from '../../src/customers/change-company.ts'
import { markOf } from '../../src/customers/record-change.ts'
import { changePlace, findHostPlace } from '../../src/hosts/change-place.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { contact, customer, host, loadFiles } from '../helpers/files.ts'

let db: TestDatabase
const files = (city: string) => ({
  'customers.csv': [customer({ city })],
  'contacts.csv': [contact()],
  'hosts.csv': [host({ city, port: 7000, server_names: city.toLowerCase() })],
})

beforeAll(async () => {
  db = await testDatabase()
  expect((await loadFiles(db.owner, files('Nantes'))).outcome).toBe('stored')
})
afterAll(() => db.drop())

test('what people change of addresses stays when the files are loaded again, and is reported as kept', async () => {
  const [ids] = await db.owner.db.execute<{ customer: string; host: string; person: string }>(sql`
    select h.customer_id as customer, h.id as host, a.person_id as person
    from hosts h join associations a on a.customer_id = h.customer_id limit 1`)
  const { customer: customerId, host: hostId, person: personId } = ids!
  await db.database.forCustomer(customerId, async (tx) => {
    const company = await findCompanyPlace(tx, customerId)
    const values = { ...company, city: 'Rezé' }
    await changeCompany(tx, { customerId, personId, mark: markOf(company), values })
    const { status: _status, ...place } = await findHostPlace(tx, customerId, hostId)
    const change = { customerId, hostId, personId, mark: markOf(place) }
    const renamed = { label: 'RENAMED', server1: 'renamed.example' }
    await changePlace(tx, { ...change, values: { ...place, city: 'Rezé', port: '7001', ...renamed } })
  })
  const { said } = await loadFiles(db.owner, files('Paris'))
  const kept = said
    .filter((line) => line.includes('kept'))
    .map((line) => line.replace(/,? (changed|unchanged)/, ''))
  expect(kept).toHaveLength(2)
  const [stored] = await db.owner.db.execute(sql`
    select c.city, h.city as host_city, h.port, h.label, m.server_name
    from customers c join hosts h on h.customer_id = c.id join host_members m on m.host_id = h.id`)
  expect(stored).toEqual({
    ...{ city: 'Rezé', host_city: 'Rezé', port: 7001, label: 'RENAMED', server_name: 'renamed.example' },
  })
})
