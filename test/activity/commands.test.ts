import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asc, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { verifyPublisherActivity } from '../../src/activity/verify.ts'
import { products, publisherActivity, publisherActivityParticulars } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { runGuichet } from '../helpers/command.ts'
import { csv, customer, folderOf, orderLine, product } from '../helpers/files.ts'

const slow = { timeout: 120_000 }
const user = userInfo().username
const server = fileURLToPath(new URL('../../src/server.ts', import.meta.url))

let t: TestApp
const home = mkdtempSync(join(tmpdir(), 'guichet-first-'))
beforeAll(async () => {
  chmodSync(home, 0o755)
  t = await testApp()
})
afterAll(async () => {
  await t.close()
  rmSync(home, { recursive: true, force: true })
})
beforeEach(async () => {
  for (const table of ['publisher_activity_particulars', 'publisher_activity', 'publisher_activity_head'])
    await t.db.owner.db.execute(sql`delete from ${sql.identifier(table)}`)
})

const entries = () => t.db.owner.db.select().from(publisherActivity).orderBy(asc(publisherActivity.seq))
const facts = async () =>
  (
    await t.db.owner.db
      .select()
      .from(publisherActivityParticulars)
      .orderBy(asc(publisherActivityParticulars.seq))
  ).map((one) => one.facts as Record<string, unknown>)
const verify = () => t.db.database.transaction(verifyPublisherActivity)

/** Starts the program, and ends it as soon as it is open. */
async function startOnce(): Promise<void> {
  const env = {
    PATH: process.env['PATH'],
    GUICHET_HOME: home,
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATABASE_URL: t.db.appUrl,
    DATABASE_OWNER_URL: t.db.ownerUrl,
  }
  const child: ChildProcess = spawn(process.execPath, [server], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await new Promise<void>((resolve, reject) => {
    let text = ''
    child.stdout!.on('data', (chunk) => {
      text += chunk
      if (text.includes('Guichet is open')) resolve()
    })
    child.once('exit', () => reject(new Error(`It ended: ${text}`)))
  })
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
}

test(
  'the key that a first start makes is recorded, with who started it; later starts record nothing',
  slow,
  async () => {
    await startOnce()
    const [file] = readdirSync(join(home, 'keys', 'packs'))
    const kid = file!.replace('.json', '')
    const [entry, ...others] = await entries()
    expect(entry).toMatchObject({ verb: 'key.created', objectKind: 'key', objectId: kid, personId: null })
    expect(others).toEqual([])
    expect(await facts()).toEqual([{ operator: user }])
    await startOnce()
    expect(await entries()).toHaveLength(1)
    expect(await verify()).toMatchObject({ entries: 1, faults: [] })
    const desk = await t.signIn('desk@demo.example')
    const row = (await desk.get('/desk/activity?about=key')).one('tbody tr').textContent!
    expect(row).toContain('Signing key made')
    expect(row).toContain(kid)
    expect(row).toContain(`start of Guichet (${user})`)
  },
)

test('so is the first key where a command makes it, before any start', slow, async () => {
  const { code, out } = await runGuichet(t.db, ['keys'])
  expect(code).toBe(0)
  const { kid } = JSON.parse(out).keys[0]
  expect((await entries()).map(({ verb, objectId }) => [verb, objectId])).toEqual([['key.created', kid]])
})

const files = {
  'products.csv': csv('products.csv', [product()]),
  'customers.csv': csv('customers.csv', [customer()]),
  'orders.csv': csv('orders.csv', [orderLine(), orderLine({ line: 2, part_number: 'NONE' })]),
}
const countProducts = async () => (await t.db.owner.db.select().from(products)).length

test('a load that is tried, refused or unreadable records nothing', slow, async () => {
  await using folder = await folderOf(files)
  await using unreadable = await folderOf({ 'orders.csv': 'x' })
  const before = await countProducts()
  for (const [args, expected] of [
    [[folder.path], 1],
    [[folder.path, '--dry-run'], 1],
    [[folder.path, '--dry-run', '--skip-refused'], 0],
    [[unreadable.path], 2],
  ] as const) {
    expect((await runGuichet(t.db, ['import', ...args])).code).toBe(expected)
  }
  expect(await entries()).toEqual([])
  expect(await countProducts()).toBe(before)
})

test('a load that cannot be recorded is not done: both are one transaction', slow, async () => {
  await using folder = await folderOf(files)
  const before = await countProducts()
  await t.db.owner.db.execute(
    sql`alter table publisher_activity add constraint none check (verb <> 'import.done')`,
  )
  const { code } = await runGuichet(t.db, ['import', folder.path, '--skip-refused'])
  await t.db.owner.db.execute(sql`alter table publisher_activity drop constraint none`)
  expect(code).not.toBe(0)
  expect(await countProducts()).toBe(before)
  expect(await entries()).toEqual([])
})

test('a load is recorded: folder and user, and for each file how many rows became what', slow, async () => {
  await using folder = await folderOf(files)
  expect((await runGuichet(t.db, ['import', folder.path, '--skip-refused'])).code).toBe(0)
  await using again = await folderOf({ 'products.csv': csv('products.csv', [product({ name: 'New name' })]) })
  expect((await runGuichet(t.db, ['import', again.path])).code).toBe(0)
  const none = { added: 0, changed: 0, unchanged: 0, kept: 0, refused: 0 }
  const loads = await t.db.owner.db.execute<{ id: string }>(sql`select id from loads order by id`)
  expect(await entries()).toMatchObject([
    {
      verb: 'import.done',
      objectKind: 'import',
      personId: null,
      details: {
        files: [
          { name: 'products.csv', rows: 1, ...none, added: 1 },
          { name: 'customers.csv', rows: 1, ...none, added: 1 },
          { name: 'orders.csv', rows: 2, ...none, added: 1, refused: 1 },
        ],
      },
    },
    { verb: 'import.done', details: { files: [{ name: 'products.csv', rows: 1, ...none, changed: 1 }] } },
  ])
  expect((await entries()).map(({ objectId }) => objectId)).toEqual(loads.map(({ id }) => id))
  expect(await facts()).toEqual([
    { operator: user, folder: folder.path },
    { operator: user, folder: again.path },
  ])
  const checked = await runGuichet(t.db, ['activity', 'verify'])
  expect([checked.code, checked.out]).toEqual([0, expect.stringMatching(/^publisher {2}whole {2}2 entries/)])

  const desk = await t.signIn('desk@demo.example')
  const page = await desk.get('/desk/activity?about=import')
  const rows = page.all('tbody tr').map((row) => row.textContent!.replace(/\s+/g, ' '))
  expect(rows).toHaveLength(2)
  expect(rows[1]).toContain(
    `${folder.path}, products.csv (1 added), customers.csv (1 added), orders.csv (1 added, 1 refused)`,
  )
  expect(rows[0]).toContain('products.csv (1 changed)')
  expect(rows[0]).toContain(`guichet command (${user})`)
  desk.headers = { 'accept-language': 'fr' }
  const french = await desk.get('/desk/activity?about=import')
  expect(french.text).toContain('orders.csv (1 ajoutée, 1 refusée)')
})
