import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { makeBoss } from '../../src/jobs/boss.ts'
import { queueMail } from '../../src/mail/outbox.ts'
import { NotSent } from '../../src/mail/refusal.ts'
import { renderMail } from '../../src/mail/render.ts'
import { sendMail } from '../../src/mail/send.ts'
import { tellBatch } from '../../src/mail/tell-contacts.ts'
import { mails, people } from '../../src/schema.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { invalidHtml } from '../helpers/inspect.ts'
import { associate, makeCustomer, makePerson, makePublisher } from '../helpers/makers.ts'

let db: TestDatabase
let home: string
let customerId: string
let personId: string
let app: Pick<App, 'config' | 'database' | 'publisher' | 'log'>

beforeAll(async () => {
  db = await testDatabase()
  const publisher = await makePublisher(db.owner.db)
  home = await mkdtemp(join(tmpdir(), 'guichet-mail-'))
  const config = {
    home,
    baseUrl: 'https://licenses.example.com',
    mail: {},
    secret: 'x'.repeat(32),
  } as App['config']
  app = {
    config,
    database: db.database,
    publisher: () => publisher,
    log: { warn() {} } as unknown as App['log'],
  }
})
afterAll(() => db.drop())

beforeEach(async () => {
  customerId = (await makeCustomer(db.owner.db, { name: 'Kühn & Søn' })).id
  personId = (await makePerson(db.owner.db, { name: 'Zoé "Z" Müller', language: 'fr' })).id
  await associate(db.owner.db, customerId, personId)
})

const queue = () =>
  db.database.forCustomer(customerId, (tx) =>
    queueMail(tx, {
      customerId,
      personId,
      template: 'request-completed',
      params: { number: 100000009, kind: 'configure' },
    }),
  )
const stored = async () => db.owner.db.select().from(mails).where(eq(mails.customerId, customerId))
const jobs = async () =>
  db.owner.db.execute(sql`select data from pgboss.job where name = 'send-mail'
    and data->>'customerId' = ${customerId}`)
const files = async () => (await readdir(join(home, 'mail')).catch(() => [])) as string[]

test('a mail and its job are stored once, with the act', async () => {
  const id = await queue()
  expect(await stored()).toMatchObject([
    { id, language: 'fr', messageId: `<${id}@guichet>`, sentAt: null, tries: 0 },
  ])
  expect(await jobs()).toEqual([{ data: { customerId, mailId: id } }])
})

test('an act that is rolled back leaves neither mail nor job', async () => {
  const act = db.database.forCustomer(customerId, async (tx) => {
    await queueMail(tx, { customerId, personId, template: 'request-completed', params: {} })
    throw new Error('no')
  })
  await expect(act).rejects.toThrow('no')
  expect(await stored()).toEqual([])
  expect(await jobs()).toEqual([])
})

test('who waits for one message does not wait behind a mailing to a whole company', async () => {
  for (let n = 0; n < 24; n++) await associate(db.owner.db, customerId, (await makePerson(db.owner.db)).id)
  const circular = { customerId, template: 'supervisor-named' as const, params: {}, except: personId }
  await db.database.forCustomer(customerId, (tx) => tellBatch(tx, circular))
  const one = await queue()
  expect(await jobs()).toHaveLength(25)
  const boss = makeBoss(db.database.sql)
  await boss.start()
  await db.owner.db.execute(sql`delete from pgboss.job where data->>'customerId' <> ${customerId}`)
  const [first] = await boss.fetch('send-mail')
  await boss.stop({ close: false })
  expect(first!.data).toEqual({ customerId, mailId: one })
  expect(await stored()).toHaveLength(25)
})

test('an address that is not confirmed gets no mail', async () => {
  await db.owner.db.update(people).set({ confirmedAt: null }).where(eq(people.id, personId))
  expect(await queue()).toBeNull()
  expect(await stored()).toEqual([])
})

test('it is written as a file in the language of who gets it, and marked sent', async () => {
  const id = (await queue())!
  await sendMail(app, { customerId, mailId: id })
  const text = await readFile(join(home, 'mail', `${id}.eml`), 'utf8')
  expect(text).toContain(`Message-ID: <${id}@licenses.example.com>`)
  expect(text).toContain('From: Halden Software <no-reply@licenses.example.com>')
  expect(text).toMatch(/^Subject: =\?UTF-8\?Q\?Votre_requ=C3=AAte_100-000-009/m)
  expect(text).toContain('multipart/alternative')
  expect(await stored()).toMatchObject([{ tries: 1, sentAt: expect.any(Date) }])
  expect((await stat(join(home, 'mail', `${id}.eml`))).mode & 0o077).toBe(0)
})

test('sending twice sends once; after a crash in between the same file stands there, with the same Message-ID', async () => {
  const id = (await queue())!
  await sendMail(app, { customerId, mailId: id })
  await sendMail(app, { customerId, mailId: id })
  expect(await stored()).toMatchObject([{ tries: 1 }])
  // The file was written, then the process died before its mark was stored.
  await db.owner.db.update(mails).set({ sentAt: null }).where(eq(mails.id, id))
  await sendMail(app, { customerId, mailId: id })
  expect((await files()).filter((name) => name.startsWith(id))).toEqual([`${id}.eml`])
})

test('of processes with the same job one sends; the others come again later, or find it sent', async () => {
  const id = (await queue())!
  const ways = await Promise.allSettled([1, 2, 3].map(() => sendMail(app, { customerId, mailId: id })))
  for (const way of ways) if (way.status === 'rejected') expect(way.reason).toBeInstanceOf(NotSent)
  expect(await stored()).toMatchObject([{ tries: 1 }])
})

test('a try that fails is counted and leaves the mail to be sent', async () => {
  const id = (await queue())!
  const blocked = join(home, 'blocked')
  await writeFile(blocked, 'a file where the folder would be')
  const elsewhere = { ...app, config: { ...app.config, home: blocked } }
  await expect(sendMail(elsewhere, { customerId, mailId: id })).rejects.toThrow()
  expect(await stored()).toMatchObject([{ tries: 1, sentAt: null }])
  await sendMail(app, { customerId, mailId: id })
  expect(await stored()).toMatchObject([{ tries: 2, sentAt: expect.any(Date) }])
})

test('the words are complete in both languages; only the HTML is escaped', () => {
  const mail = {
    template: 'request-completed' as const,
    params: { number: 100000017, kind: 'retrieve-packs' },
    personName: '<b>Ann</b>',
    customerNumber: '100234',
    customerName: 'Fish & Sons',
  }
  const where = { publisher: 'Halden Software', baseUrl: 'http://127.0.0.1:3000' }
  const english = renderMail({ ...mail, language: 'en' }, where)
  expect(english.subject).toBe('Your request 100-000-017 is completed')
  expect(english.text).toContain('Hello <b>Ann</b>,\n')
  expect(english.text).toContain('Retrieve license packs')
  expect(english.text).toContain('\nhttp://127.0.0.1:3000/c/100234/requests/100000017\n')
  expect(english.html).toContain('Fish &amp; Sons')
  expect(english.html).not.toContain('<b>Ann')
  expect(renderMail({ ...mail, language: 'fr' }, where).text).toContain(
    'Récupérer des nomenclatures de licence',
  )
  expect(renderMail({ ...mail, language: 'de' }, where).subject).toBe(english.subject)
})

test.each(['en', 'fr'])('the HTML of a message is valid, in %s', async (language) => {
  const mail = renderMail(
    {
      ...{ language, template: 'expiry-reminder', personName: '<b>Ann</b>' },
      ...{
        customerNumber: '100234',
        customerName: 'Fish & Sons',
        unsubscribe: 'https://licenses.example.com/unsubscribe/x',
      },
      params: {
        ...{ today: '2026-11-24', licenses: 1, contracts: 3 },
        ends: [
          {
            kind: 'license',
            endsOn: '2026-12-01',
            quantity: 2,
            product: 'A "B" <C>',
            partNumber: 'P/1',
            contractNumber: '',
          },
          { kind: 'maintenance', endsOn: '2026-12-01', quantity: 0, contractNumber: 'SC-1' },
        ],
      },
    },
    { publisher: 'Halden & Co', baseUrl: 'https://licenses.example.com' },
  )
  expect(await invalidHtml(mail.html)).toEqual([])
  expect(mail.html).toContain(`<html lang="${language}">`)
  expect(mail.html).not.toMatch(/<img|src=|url\(/)
  expect(mail.text).toContain('\n  https://licenses.example.com/c/100234/licenses/P%2F1\n')
  for (const line of mail.text.split('\n'))
    if (!line.includes('https:')) expect(line.length).toBeLessThanOrEqual(76)
})
