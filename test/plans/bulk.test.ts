import { parse } from 'csv-parse/sync'
import { and, eq, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { columns } from '../../src/plans/bulk/columns.ts'
import { placements, planLines } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { makeEntitlement, makeHost, makeProduct } from '../helpers/makers.ts'
import { planner } from '../helpers/plans.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'

const base = '/c/100234'
let site: TestApp
let lemaire: string
let luc: Visitor

beforeAll(async () => {
  site = await testApp()
  lemaire = site.cast.customers['100234']!
  luc = await site.signIn('licensing@demo.example')
})
afterAll(() => site.close())

type Record = { [column: string]: string }

const owner = () => site.db.owner.db
const asPlanner = () => planner(site.db.database, lemaire, site.cast.people['licensing@demo.example']!)

let made = 0
/** Some hosts with their licenses of one new product, of which `quantity` are owned. */
async function placed(quantity: number, onHosts: number[]) {
  const product = await makeProduct(owner(), { name: `Bulk ${++made}` })
  const entitlement = await makeEntitlement(owner(), lemaire, product.id, { quantity })
  const hosts = []
  for (const [index, count] of onHosts.entries()) {
    const host = await makeHost(owner(), lemaire, { label: `BULK-${made}-${index}` })
    if (count > 0) await asPlanner().place([{ entitlementId: entitlement.id, to: host.id, quantity: count }])
    hosts.push(host)
  }
  return { product, entitlement, hosts, filter: `host=BULK-${made}-` }
}

async function download(query: string, visitor = luc): Promise<Record[]> {
  const { body, status } = await visitor.get(`${base}/bulk/placements.csv?${query}`)
  expect(status).toBe(200)
  return parse(body, { bom: true, columns: true })
}

const csv = (rows: Record[], separator = ',') =>
  [
    columns.join(separator),
    ...rows.map((row) => columns.map((name) => row[name] ?? '').join(separator)),
  ].join('\r\n')

async function upload(text: string, { visitor = luc, at = `${base}/bulk`, how = '' } = {}): Promise<Answer> {
  return visitor.submit(await visitor.get(at), { text, how }, at)
}

async function linesOf(plan: string) {
  const rows = await owner()
    .select()
    .from(planLines)
    .where(and(eq(planLines.customerId, lemaire), eq(planLines.planId, plan.split('/').at(-1)!)))
  return rows.map(({ fromHostId, toHostId, quantity }) => ({ fromHostId, toHostId, quantity }))
}

const nowOn = async (hostId: string) => {
  const rows = await owner().select().from(placements).where(eq(placements.hostId, hostId))
  return rows.reduce((sum, { quantity }) => sum + quantity, 0)
}

test('R1, R6: the file is downloaded, edited and given back; its plan moves, returns and places at once', async () => {
  const { hosts, filter } = await placed(20, [5, 2, 3])
  const rows = await download(filter)
  expect(rows).toHaveLength(3)
  expect(rows[0]).toMatchObject({ host: hosts[0]!.label, placed_now: '5', new_quantity: '5' })
  const edited = rows.map((row, index) => ({ ...row, new_quantity: ['1', '4', '9'][index]! }))
  const answer = await upload(csv(edited))
  expect(answer.status).toBe(303)
  // 4 leave the first host: 2 to the second, 2 to the third, which takes 4 more from the pool.
  expect(await linesOf(answer.location)).toEqual(
    expect.arrayContaining([
      { fromHostId: hosts[0]!.id, toHostId: hosts[1]!.id, quantity: 2 },
      { fromHostId: hosts[0]!.id, toHostId: hosts[2]!.id, quantity: 2 },
      { fromHostId: null, toHostId: hosts[2]!.id, quantity: 4 },
    ]),
  )
  const page = await luc.get(answer.location)
  const done = await luc.submit(page, {}, `${answer.location}/submission`)
  expect(done.location).toContain('/requests/')
  expect(await Promise.all(hosts.map(({ id }) => nowOn(id)))).toEqual([1, 4, 9])
})

test('names and numbers that a spreadsheet would change travel as text, and come back as they were', async () => {
  const product = await makeProduct(owner(), { name: 'Bulk kept', partNumber: '0071E2' })
  const values = { quantity: 9, order: '2024-11', contract: { number: '00000000012345678901' } }
  const entitlement = await makeEntitlement(owner(), lemaire, product.id, values)
  const [host, other] = [
    await makeHost(owner(), lemaire, { label: '0012' }),
    await makeHost(owner(), lemaire, { label: '12' }),
  ]
  await asPlanner().place([{ entitlementId: entitlement.id, to: host.id, quantity: 2 }])
  const [row] = await download('product=Bulk+kept')
  expect(row).toMatchObject({
    ...{ host: "'0012", part_number: "'0071E2", contract: "'00000000012345678901", order: "'2024-11" },
  })
  const answer = await upload(
    csv([
      { ...row!, new_quantity: '3' },
      { host: '12', order: "'2024-11", line: '1', new_quantity: '1' },
      { ...row!, host: "'0013", new_quantity: '3' },
    ]),
  )
  expect(await linesOf(answer.location)).toEqual([
    { fromHostId: null, toHostId: host.id, quantity: 1 },
    { fromHostId: null, toHostId: other.id, quantity: 1 },
  ])
  const refused = parse((await luc.get(`${answer.location}/refused.csv`)).body, { bom: true, columns: true })
  expect(refused).toMatchObject([{ host: "'0013", order: "'2024-11" }])
})

test('for any edited quantities the plan gives exactly the quantities typed', async () => {
  const { hosts, filter } = await placed(1000, [5, 2, 0, 3])
  const [first] = await download(filter)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(20), { minLength: 4, maxLength: 4 }), async (wanted) => {
      const before = await Promise.all(hosts.map(({ id }) => nowOn(id)))
      const rows = hosts.map(({ label }, index) => ({
        ...first!,
        host: label,
        placed_now: String(before[index]),
        new_quantity: String(wanted[index]),
      }))
      const answer = await upload(csv(rows, ';'))
      if (before.every((one, index) => one === wanted[index])) return expect(answer.status).toBe(422)
      const page = await luc.get(answer.location)
      await luc.submit(page, {}, `${answer.location}/submission`)
      expect(await Promise.all(hosts.map(({ id }) => nowOn(id)))).toEqual(wanted)
    }),
    { numRuns: 8 },
  )
})

test('refused rows are kept with every reason, shown, and given as a file to correct and add', async () => {
  const { hosts, filter, product } = await placed(20, [5, 2])
  const [one, two] = await download(filter)
  const answer = await upload(
    csv([
      { ...one!, new_quantity: '6' },
      { ...two!, host: 'NO-SUCH-HOST', line: '77', new_quantity: 'four' },
      { ...two!, new_quantity: '' },
      { ...two!, part_number: 'OTHER', new_quantity: '4' },
      { ...one!, new_quantity: '7' },
    ]),
  )
  expect(await linesOf(answer.location)).toEqual([{ fromHostId: null, toHostId: hosts[0]!.id, quantity: 1 }])
  const page = await luc.get(answer.location)
  expect(page.text).toContain('4 rows of the file are not in the plan')
  expect(page.text).toContain('No host in service is called “NO-SUCH-HOST”')
  expect(page.text).toContain('“four” is not a whole number')
  expect(page.text).toContain('Write 0 to take everything off the host')
  expect(page.text).toContain(`is ${product.name}`)
  expect(page.text).toContain('Line 2 already says')
  const refused: Record[] = parse((await luc.get(page.link('Download these rows'))).body, {
    bom: true,
    columns: true,
  })
  expect(refused).toHaveLength(4)
  expect(refused[0]!['reason']).toContain('NO-SUCH-HOST')
  const added = await upload(csv([{ ...refused[1]!, new_quantity: '3' }]), {
    at: `${answer.location}/file`,
    how: 'add',
  })
  expect(added.location).toBe(answer.location)
  expect(await linesOf(answer.location)).toHaveLength(2)
  expect((await luc.get(answer.location)).text).not.toContain('are not in the plan')
  await upload(csv([{ ...one!, new_quantity: '9' }]), { at: `${answer.location}/file`, how: 'replace' })
  expect(await linesOf(answer.location)).toEqual([{ fromHostId: null, toHostId: hosts[0]!.id, quantity: 4 }])
})

test('what changed since the file was made is said, with who did it; a row that was not edited changes nothing', async () => {
  const { hosts, filter, entitlement } = await placed(20, [5, 2])
  const [one, two] = await download(filter)
  const { requestNumber } = await asPlanner().place(
    [
      { entitlementId: entitlement.id, from: hosts[0]!.id, quantity: 2 },
      { entitlementId: entitlement.id, to: hosts[1]!.id, quantity: 1 },
    ],
    'bulk',
  )
  const answer = await upload(csv([{ ...one!, new_quantity: '4' }, two!]))
  expect(await linesOf(answer.location)).toEqual([{ fromHostId: null, toHostId: hosts[0]!.id, quantity: 1 }])
  const { text } = await luc.get(answer.location)
  expect(text).toContain('5 when the file was made')
  expect(text).toContain('has changed it to 3')
  expect(text).toContain(String(requestNumber).replace(/(...)(...)(...)/, '$1-$2-$3'))
  expect(text).toContain('The plan makes it 4')
  expect(text).toContain('You did not change this row')
})

test('the quantity that was written counts, whatever others do between the check and the submission', async () => {
  const { entitlement, hosts, filter } = await placed(90, [2, 4])
  const [one, two] = await download(filter)
  const plan = (
    await upload(
      csv([
        { ...one!, new_quantity: '5' },
        { ...two!, new_quantity: '1' },
      ]),
    )
  ).location
  const same = (await upload(csv([{ ...one!, new_quantity: '5' }]))).location
  const checked = await luc.get(plan)
  await asPlanner().place([{ entitlementId: entitlement.id, to: hosts[0]!.id, quantity: 50 }])
  const refused = await luc.submit(checked, {}, `${plan}/submission`)
  expect(refused.status).toBe(422)
  expect(refused.text).toContain('there were 2 when the file was read; now there are 52')
  expect(await nowOn(hosts[0]!.id)).toBe(52)
  // The page stands at the address of the form that was refused; what it offers does not.
  const french = await luc.submit(refused, { locale: 'fr' }, '/language')
  expect(french.location).toBe(plan)
  await luc.submit(refused, { locale: 'en' }, '/language')

  const renewed = await luc.submitAndFollow(refused, {}, `${plan}/renewal`)
  expect(renewed.body).toContain('worked out anew')
  expect(renewed.text).not.toContain('when the file was read')
  await luc.submit(renewed, {}, `${plan}/submission`)
  expect(await Promise.all(hosts.map(({ id }) => nowOn(id)))).toEqual([5, 1])

  // The same file given twice is done once: what it wrote is so already.
  const again = await luc.submitAndFollow(await luc.get(same), {}, `${same}/renewal`)
  expect(again.text).toContain('There is no license in this plan yet')
  expect(again.all(`form[action="${same}/submission"]`)).toEqual([])
})

test('what is no file of a bulk plan, or changes nothing, is said on the form with what was pasted', async () => {
  const { filter } = await placed(20, [5])
  const rows = await download(filter)
  const cases: [string, string][] = [
    ['', 'Choose the edited file'],
    ['a,b\n1,2', 'The first line does not name the columns'],
    [columns.join(','), 'has no row after the column names'],
    [csv(rows), 'Nothing is changed by this file'],
    ['PK\u0003\u0004', 'This is a workbook'],
  ]
  for (const [text, says] of cases) {
    const answer = await upload(text)
    expect(answer.status).toBe(422)
    expect(answer.text).toContain(says)
    // Control characters are in no page.
    const shown = text
      .replace(/[^\P{Cc}\n\r]/gu, '')
      .replaceAll('\r\n', '\n')
      .trim()
    expect(answer.one('textarea').textContent?.trim()).toBe(shown)
  }
})

test('a file as spreadsheets save it is read: byte order mark, semicolons, CRLF, Windows-1252, apostrophes, lost zeros', async () => {
  const product = await makeProduct(owner(), { name: '=Formule' })
  const entitlement = await makeEntitlement(owner(), lemaire, product.id, { quantity: 9 })
  const host = await makeHost(owner(), lemaire, { label: '=Hôte-é' })
  await asPlanner().place([{ entitlementId: entitlement.id, to: host.id, quantity: 2 }])
  // Named as the file spells the other.
  await makeHost(owner(), lemaire, { label: "'=Hôte-é" })
  const [row] = await download(`host=${encodeURIComponent('=Hôte-é')}`)
  expect(row).toMatchObject({ host: "'=Hôte-é", product: "'=Formule" })
  const edited = csv([{ ...row!, host: "'=HÔTE-É", new_quantity: '1 ' }], ';')
  for (const bytes of [Buffer.from(`\ufeff${edited}`), Buffer.from(edited, 'latin1')]) {
    const answer = await luc.upload(await luc.get(`${base}/bulk`), { field: 'file', bytes }, `${base}/bulk`)
    expect(await linesOf(answer.location)).toEqual([{ fromHostId: host.id, toHostId: null, quantity: 1 }])
  }
})

test('orders that differ in zeros only: no row is taken for the license of another', async () => {
  const product = await makeProduct(owner(), { name: 'Zeros' })
  const host = await makeHost(owner(), lemaire, { label: 'ZEROS' })
  const placeUnder = async (order: string) => {
    const entitlement = await makeEntitlement(owner(), lemaire, product.id, { order })
    await asPlanner().place([{ entitlementId: entitlement.id, to: host.id, quantity: 2 }])
    return entitlement.id
  }
  const ids = [await placeUnder('7331'), await placeUnder('007331')]
  const rows = await download('host=ZEROS')
  // As text, which spreadsheets keep.
  expect(rows.map(({ order }) => order)).toEqual(expect.arrayContaining(["'7331", "'007331"]))
  const entitlementsOf = async (text: string) => {
    const { location } = await upload(text)
    const lines = await owner().select().from(planLines)
    return lines
      .filter(({ planId }) => planId === location.split('/').at(-1))
      .map(({ entitlementId }) => entitlementId)
  }
  const edited = (order: string) =>
    rows.map((row) => (row['order'] === order ? { ...row, new_quantity: '1' } : row))
  expect(await entitlementsOf(csv(edited("'7331")))).toEqual([ids[0]])
  expect(await entitlementsOf(csv(edited("'007331")))).toEqual([ids[1]])
  const bare = edited("'007331").map((row) => ({ ...row, order: row['order']!.slice(1), made_at: '' }))
  expect(await entitlementsOf(csv(bare))).toEqual([ids[1]])
  // As a spreadsheet makes it of one typed without: only the contract still tells them apart.
  const stripped = bare.map((row) => ({ ...row, order: '7331' }))
  expect(await entitlementsOf(csv(stripped))).toEqual([ids[1]])
  const answer = await upload(csv(stripped.map((row) => ({ ...row, contract: '' }))))
  expect(await linesOf(answer.location)).toEqual([])
  const page = await luc.get(answer.location)
  expect(page.text).toContain('Several orders have this number but for zeros at its front: 007331, 7331')
  expect(page.text).toContain("as in '007331")
})

test('cells beyond the columns, columns twice and quotation marks astray are said, not guessed at', async () => {
  const { filter } = await placed(20, [5, 2])
  const [one, two] = await download(filter)
  const [heads, ...rest] = csv([
    { ...one!, new_quantity: '1,000' },
    { ...two!, new_quantity: '1' },
  ]).split('\r\n')
  const answer = await upload([heads, ...rest].join('\r\n'))
  expect(await linesOf(answer.location)).toHaveLength(1)
  expect((await luc.get(answer.location)).text).toContain(
    'One cell more is filled than the first line names columns',
  )
  for (const [text, says] of [
    [[`${heads},new_quantity`, ...rest].join('\n'), 'A column is there twice: new_quantity'],
    [[heads, `"${rest[0]}`, rest[1]].join('\n'), 'a quotation mark is opened and not closed'],
    [[heads, rest[0]!.replace('BULK', 'BU"LK'), rest[1]].join('\n'), 'stands inside a cell'],
  ] as const) {
    const refused = await upload(text)
    expect([refused.status, refused.text.includes(says)]).toEqual([422, true])
  }
})

test('blank rows to the end are none, however many; more rows than a file can have are not read', async () => {
  const heads = columns.join(',')
  for (const [text, says] of [
    [`${heads}\r\n${',,,\r\n'.repeat(60_000)}`, 'The file has no row'],
    [`${heads}\r\n${',,\r\n'.repeat(60_000)}x`, 'The file has more than 50,000 rows'],
  ] as const) {
    const bytes = Buffer.from(text)
    const answer = await luc.upload(await luc.get(`${base}/bulk`), { field: 'file', bytes }, `${base}/bulk`)
    expect([answer.status, answer.text.includes(says)]).toEqual([422, true])
  }
})

test('R6, R10: without Licensing there is no bulk plan; another company’s plan and hosts are out of reach', async () => {
  const [reader, stranger] = [
    await site.signIn('reporting@demo.example'),
    await site.signIn('stranger@demo.example'),
  ]
  expect((await reader.get(`${base}/bulk`)).status).toBe(403)
  expect((await reader.get(`${base}/bulk/placements.csv`)).status).toBe(403)
  expect((await stranger.get(`${base}/bulk/placements.csv`)).status).toBe(404)
  const { filter } = await placed(20, [5])
  const [row] = await download(filter)
  const { location } = await upload(csv([{ ...row!, new_quantity: '4' }]))
  for (const page of ['file', 'refused.csv'])
    expect((await stranger.get(`${location}/${page}`)).status).toBe(404)
  const draft = await asPlanner().draft([], 'configure')
  expect((await luc.get(`${base}/plans/${draft}/file`)).status).toBe(404)
  expect((await luc.get(`${base}/plans/${draft}/refused.csv`)).status).toBe(404)
})

test('5,001 changed rows are refused with a way on, 5,000 become a plan', async () => {
  const product = await makeProduct(owner(), { name: 'Bulk of many' })
  const entitlement = await makeEntitlement(owner(), lemaire, product.id, { quantity: 5001 })
  const rows = Array.from({ length: 5001 }, (_, n) => ({
    host: `NONE-${n}`,
    order: entitlement.salesOrderNumber,
    line: '1',
    new_quantity: '1',
  }))
  const answer = await upload(csv(rows))
  expect(answer.status).toBe(422)
  expect(answer.text).toContain('5,001 rows cannot be read')
  const kept = await upload(csv(rows.slice(1)))
  expect(kept.status).toBe(303)
  const page = await luc.get(kept.location)
  expect(page.text).toContain('5,000 rows of the file are not in the plan')
  expect(page.text).toContain('4,950 more are')
})

test('a file over 1 MB, and more than 5,000 changed rows, are refused on the form with what to do instead', async () => {
  const page = await luc.get(`${base}/bulk`)
  for (const size of [1024 * 1024 + 1, 3 * 1024 * 1024]) {
    const answer = await luc.upload(page, { field: 'file', bytes: Buffer.alloc(size, 'a') }, `${base}/bulk`)
    expect([413, 422]).toContain(answer.status)
    expect(answer.text).toContain('larger than 1 MB')
  }
  const product = await makeProduct(owner(), { name: 'Bulk of hosts' })
  const entitlement = await makeEntitlement(owner(), lemaire, product.id, { quantity: 1 })
  await owner().execute(sql`
    insert into hosts (customer_id, id, label, kind, status)
    select ${lemaire}, gen_random_uuid(), 'CROWD-' || n, 'single', 'active' from generate_series(1, 5001) n`)
  // Planned when there were few hosts, the check of each member's host would read all of them.
  await owner().execute(sql`analyze hosts`)
  await owner().execute(sql`
    insert into host_members (customer_id, host_id, position, id_kind, id_value, server_name, is_active)
    select customer_id, id, 1, 'hostname', label, label, true from hosts
    where customer_id = ${lemaire} and label like 'CROWD-%'`)
  const rows = Array.from({ length: 5001 }, (_, n) => ({
    host: `CROWD-${n + 1}`,
    order: entitlement.salesOrderNumber,
    line: '1',
    new_quantity: '1',
  }))
  const answer = await upload(csv(rows))
  expect(answer.status).toBe(422)
  expect(answer.text).toContain('5,001 rows are changed; one plan takes 5,000 at most')
  const kept = await upload(csv(rows.slice(1)))
  expect(kept.status).toBe(303)
  expect(await linesOf(kept.location)).toHaveLength(5000)
  expect((await luc.get(`${kept.location}?lines=25&hosts=250`)).text).toContain(
    'Lines 4,801 to 5,000 of 5,000',
  )
})

test('the same form sent twice makes one plan', async () => {
  const { filter } = await placed(20, [5])
  const [row] = await download(filter)
  const page = await luc.get(`${base}/bulk`)
  const text = csv([{ ...row!, new_quantity: '4' }])
  const send = () => luc.submit(page, { text }, `${base}/bulk`)
  const [one, two] = await Promise.all([send(), send()])
  expect(one.location).toBe(two.location)
})
