import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import { fileURLToPath } from 'node:url'
import { eq, sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { App } from '../../src/app.ts'
import { startJobs } from '../../src/jobs/start.ts'
import { mailerFor } from '../../src/mail/mailer.ts'
import { queueMail, queuePersonMail } from '../../src/mail/outbox.ts'
import { NotSent } from '../../src/mail/refusal.ts'
import { sendMail } from '../../src/mail/send.ts'
import { type MailServer, readMailSettings } from '../../src/mail/settings.ts'
import { mails, personMails, undeliveredMails } from '../../src/schema.ts'
import { type TestDatabase, testDatabase } from '../helpers/database.ts'
import { type MailServerOptions, startMailServer, type TestMailServer } from '../helpers/mail-server.ts'
import { associate, makeCustomer, makePerson, makePublisher } from '../helpers/makers.ts'

let db: TestDatabase
let customerId: string
let publisher: ReturnType<App['publisher']>
const closers: (() => Promise<unknown>)[] = []
const logged: unknown[] = []

beforeAll(async () => {
  db = await testDatabase()
  publisher = await makePublisher(db.owner.db)
  customerId = (await makeCustomer(db.owner.db, { name: 'Kühn\r\nBcc: all@example.com' })).id
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
afterAll(() => db.drop())

async function server(options?: MailServerOptions): Promise<TestMailServer> {
  const started = await startMailServer(options)
  closers.push(() => started.close())
  return started
}

// Short, so that what hangs is over soon.
const wait = { connect: 500, greeting: 500, silence: 500, whole: 1500 }

function appAt(url: string, change: Partial<MailServer> = {}): App {
  const mail = readMailSettings({
    url,
    from: 'licenses@example.com',
    replyTo: 'desk@example.com',
  })
  const note = (what: unknown) => logged.push(what)
  return {
    config: {
      home: '/nowhere',
      baseUrl: 'https://licenses.example.com',
      secret: 'x'.repeat(32),
      mail: { ...mail, server: { ...mail.server!, ...change } },
    },
    database: db.database,
    publisher: () => publisher,
    today: () => '2026-11-24',
    log: { warn: note, error: note },
  } as unknown as App
}

async function queue(
  name = 'Zoé Müller',
  email?: string,
): Promise<{ customerId: string; mailId: string; email: string }> {
  const person = await makePerson(db.owner.db, { name, language: 'fr', ...(email ? { email } : {}) })
  await associate(db.owner.db, customerId, person.id)
  const mailId = await db.database.forCustomer(customerId, (tx) =>
    queueMail(tx, {
      customerId,
      personId: person.id,
      template: 'request-completed',
      params: { number: 100000009, kind: 'configure' },
    }),
  )
  return { customerId, mailId: mailId!, email: person.email }
}

const send = (app: App, ref: { customerId?: string; mailId: string }) =>
  sendMail(app, ref, mailerFor(app.config, wait))
const stored = async (id: string) => (await db.owner.db.select().from(mails).where(eq(mails.id, id)))[0]!
const undelivered = (id: string) =>
  db.owner.db.select().from(undeliveredMails).where(eq(undeliveredMails.id, id))

test('a message arrives once, whole, with what mail programs need', async () => {
  const { url, delivered } = await server()
  const mail = await queue()
  await send(appAt(url), mail)
  await send(appAt(url), mail)
  expect(delivered).toHaveLength(1)
  const { to, header } = delivered[0]!
  expect(to).toEqual([mail.email])
  expect(header('Message-ID')).toBe(`<${mail.mailId}@example.com>`)
  expect(header('From')).toBe('Halden Software <licenses@example.com>')
  expect(header('Reply-To')).toBe('desk@example.com')
  expect(header('Auto-Submitted')).toBe('auto-generated')
  expect(header('Content-Language')).toBe('fr')
  expect(header('List-Unsubscribe')).toMatch(/^<https:\/\/licenses\.example\.com\/unsubscribe\/[\w-]{66}>$/)
  expect(header('List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click')
  expect(header('Content-Type')).toContain('multipart/alternative')
  expect(await stored(mail.mailId)).toMatchObject({ tries: 1, sentAt: expect.any(Date), claimedUntil: null })
})

test('nothing in a name makes a header or an address of its own', async () => {
  const { url, delivered } = await server()
  const mail = await queue('Eve\r\nBcc: victim@example.com\r\n\r\n<x@example.com>, y@example.com')
  await send(appAt(url), mail)
  expect(delivered.map(({ to }) => to)).toEqual([[mail.email]])
  expect(delivered[0]!.header('Bcc')).toBeUndefined()
  expect(delivered[0]!.source.split('\r\n\r\n')[0]).not.toMatch(/^(bcc|victim)/im)
})

test('mail of nobody’s account and of no company goes to the address given, without a way to unsubscribe', async () => {
  const { url, delivered } = await server()
  const mailId = await db.database.transaction((tx) =>
    queuePersonMail(tx, {
      personId: null,
      to: 'new@example.com',
      language: 'en',
      template: 'request-completed',
      params: { number: 100000009, kind: 'configure' },
    }),
  )
  await send(appAt(url), { mailId })
  expect(delivered.map(({ to }) => to)).toEqual([['new@example.com']])
  expect(delivered[0]!.header('List-Unsubscribe')).toBeUndefined()
  const [row] = await db.owner.db.select().from(personMails).where(eq(personMails.id, mailId))
  expect(row).toMatchObject({ tries: 1, sentAt: expect.any(Date) })
})

test('a one-time link of a mail that is given up is not kept, of a person’s mail and of a company’s', async () => {
  const { url } = await server({ refuse: () => [550, '5.1.1 No such user'] })
  const ofPerson = await db.database.transaction((tx) =>
    queuePersonMail(tx, {
      personId: null,
      to: 'gone@example.com',
      language: 'en',
      template: 'password-forgotten',
      params: { publisher: 'Halden Software', token: 'a-secret' },
    }),
  )
  const ofCompany = await queue('Gone', 'gone2@example.com')
  await db.owner.db
    .update(mails)
    .set({ params: { number: 100000009, kind: 'configure', token: 'a-secret' } })
    .where(eq(mails.id, ofCompany.mailId))
  await send(appAt(url), { mailId: ofPerson })
  await send(appAt(url), ofCompany)
  const [row] = await db.owner.db.select().from(personMails).where(eq(personMails.id, ofPerson))
  expect(row).toMatchObject({ params: { publisher: 'Halden Software' }, refusedAt: expect.any(Date) })
  expect((await stored(ofCompany.mailId))?.params).toEqual({ number: 100000009, kind: 'configure' })
  expect(row!.params).not.toHaveProperty('token')
})

test('an address refused for good is given up at once, and the desk can see it', async () => {
  const { url, delivered } = await server({
    refuse: (to) => (to.startsWith('gone') ? [550, '5.1.1 No such user'] : undefined),
  })
  const mail = await queue('Gone', 'gone@example.com')
  await send(appAt(url), mail)
  await send(appAt(url), mail)
  expect(delivered).toEqual([])
  expect(await stored(mail.mailId)).toMatchObject({ tries: 1, sentAt: null, refusedAt: expect.any(Date) })
  expect(await undelivered(mail.mailId)).toMatchObject([
    {
      toAddress: 'gone@example.com',
      refusal: '550 5.1.1 No such user',
      tries: 1,
      template: 'request-completed',
    },
  ])
  expect(JSON.stringify(logged)).not.toContain('gone@')
})

test.each([
  ['relaying', 554, '5.7.1 Relay access denied'],
  ['sign-in', 530, '5.7.0 Authentication required'],
])('a refusal of ourselves (%s) keeps the mail waiting', async (_of, code, words) => {
  const { url } = await server({ refuse: () => [code, words] })
  const mail = await queue()
  await expect(send(appAt(url), mail)).rejects.toThrow(NotSent)
  expect(await stored(mail.mailId)).toMatchObject({
    refusedAt: null,
    refusal: `${code} ${words}`,
    claimedUntil: null,
  })
})

test('"not now" is tried again, and taken with the same Message-ID', async () => {
  let tries = 0
  const { url, delivered } = await server({
    refuse: () => (++tries === 1 ? [451, '4.7.1 Greylisted'] : undefined),
  })
  const mail = await queue()
  await expect(send(appAt(url), mail)).rejects.toThrow('451 RCPT TO')
  await send(appAt(url), mail)
  expect(delivered.map(({ header }) => header('Message-ID'))).toEqual([`<${mail.mailId}@example.com>`])
  expect(await stored(mail.mailId)).toMatchObject({ tries: 2, refusal: null })
})

test('a line cut in the middle of the data is tried again', async () => {
  let tries = 0
  const { url, delivered } = await server({ onData: (drop) => ++tries === 1 && drop() })
  const mail = await queue()
  await expect(send(appAt(url), mail)).rejects.toThrow(NotSent)
  expect(delivered).toEqual([])
  await send(appAt(url), mail)
  expect(delivered).toHaveLength(1)
})

test('what is refused for five days is given up', async () => {
  const { url } = await server({ refuse: () => [451, 'Later'] })
  const mail = await queue()
  await db.owner.db.execute(
    sql`update mails set created_at = now() - interval '6 days' where id = ${mail.mailId}`,
  )
  await send(appAt(url), mail)
  expect(await undelivered(mail.mailId)).toMatchObject([{ refusal: '451 Later' }])
})

/** Takes connections and says nothing; or, when told to, a byte now and then. */
async function silentServer(drip = false): Promise<string> {
  const sockets = new Set<{ destroy(): void }>()
  const silent: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    if (!drip) return
    socket.write('220 hello\r\n')
    const timer = setInterval(() => socket.write('250-x\r\n'), 100)
    socket.on('close', () => clearInterval(timer))
  })
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', () => resolve()))
  closers.push(async () => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
  return `smtp://127.0.0.1:${(silent.address() as { port: number }).port}`
}

test.each([
  ['says nothing', false],
  ['never comes to an end', true],
])('a server that %s is left in time', async (_what, drip) => {
  const url = await silentServer(drip)
  const mail = await queue()
  const begun = Date.now()
  await expect(send(appAt(url), mail)).rejects.toThrow(NotSent)
  expect(Date.now() - begun).toBeLessThan(5_000)
  expect(await stored(mail.mailId)).toMatchObject({ tries: 1, sentAt: null, claimedUntil: null })
})

test('a server that is away leaves the mail waiting', async () => {
  const mail = await queue()
  await expect(send(appAt('smtp://127.0.0.1:1'), mail)).rejects.toThrow(NotSent)
  expect(await stored(mail.mailId)).toMatchObject({ sentAt: null, refusedAt: null })
})

test('without TLS nothing goes to another machine, password or not', async () => {
  const { url, delivered } = await server({ hideSTARTTLS: true })
  const mail = await queue()
  await expect(send(appAt(url, { isLocal: false }), mail)).rejects.toThrow(NotSent)
  expect(delivered).toEqual([])
})

test('a certificate that is not for the server is refused on another machine, taken on this one', async () => {
  const { url, delivered } = await server()
  const mail = await queue()
  await expect(send(appAt(url, { isLocal: false }), mail)).rejects.toThrow(NotSent)
  await send(appAt(url), mail)
  expect(delivered).toHaveLength(1)
})

test('it signs in with the name and password of the address; a wrong one keeps mail waiting and is logged nowhere', async () => {
  const asked: unknown[] = []
  const { port, delivered } = await server({
    authOptional: false,
    onAuth: ({ username, password }, _session, callback) => {
      asked.push([username, password])
      if (password === 'pa:ss@1') callback(null, { user: username })
      else callback(Object.assign(new Error('5.7.8 Wrong'), { responseCode: 535 }))
    },
  })
  const mail = await queue()
  await expect(send(appAt(`smtp://me:secret-9@127.0.0.1:${port}`), mail)).rejects.toThrow('535')
  expect(JSON.stringify([logged, await stored(mail.mailId)])).not.toContain('secret-9')
  await send(appAt(`smtp://me:pa%3Ass%401@127.0.0.1:${port}`), mail)
  expect(asked.at(-1)).toEqual(['me', 'pa:ss@1'])
  expect(delivered).toHaveLength(1)
})

test('while one process is at it no other sends', async () => {
  let take: (() => void) | undefined
  const { url, delivered } = await server({
    onMessage: (_message, taken) => {
      take = taken
    },
  })
  const mail = await queue()
  const first = send(appAt(url), mail)
  await vi.waitFor(() => expect(take).toBeDefined())
  await expect(send(appAt(url), mail)).rejects.toThrow('Another process')
  take!()
  await first
  expect(delivered).toHaveLength(1)
})

test('mail that hangs stops no other mail', { timeout: 30_000 }, async () => {
  await db.owner.db.execute(sql`delete from pgboss.job`)
  const { url, delivered } = await server({
    onMessage: ({ to }, taken) => {
      if (!to[0]!.startsWith('hang')) taken()
    },
  })
  for (const n of [1, 2, 3]) await queue('Hang', `hang-${n}@example.com`)
  const others = await Promise.all(Array.from({ length: 12 }, () => queue()))
  const jobs = await startJobs(appAt(url))
  await vi.waitFor(() => expect(delivered).toHaveLength(12), 20_000)
  expect(delivered.flatMap(({ to }) => to).sort()).toEqual(others.map(({ email }) => email).sort())
  await jobs.stop()
})

test('kill -9 between the server’s 250 and our mark: the one copy that can be, with the same Message-ID', {
  timeout: 60_000,
}, async () => {
  let killed: ChildProcess | undefined
  const { url, delivered } = await server({
    onMessage: (_message, taken) => {
      taken()
      killed?.kill('SIGKILL')
    },
  })
  const mail = await queue()
  killed = spawn(process.execPath, [fileURLToPath(new URL('../helpers/send-mail.ts', import.meta.url))], {
    env: { ...process.env, MAIL: JSON.stringify({ url, appUrl: db.appUrl, ref: mail }) },
    stdio: 'ignore',
  })
  const ended = await new Promise((resolve) => killed!.once('exit', (_code, signal) => resolve(signal)))
  expect(ended).toBe('SIGKILL')
  killed = undefined
  expect(delivered).toHaveLength(1)
  expect(await stored(mail.mailId)).toMatchObject({ sentAt: null })
  await expect(send(appAt(url), mail)).rejects.toThrow('Another process')
  await db.owner.db.execute(
    sql`update mails set claimed_until = now() - interval '1 second' where id = ${mail.mailId}`,
  )
  await send(appAt(url), mail)
  await send(appAt(url), mail)
  // Of the domain that process sends from, though this one sends from another.
  expect(delivered.map(({ header }) => header('Message-ID'))).toEqual(
    Array(2).fill(`<${mail.mailId}@licenses.example.com>`),
  )
  expect(await stored(mail.mailId)).toMatchObject({ tries: 2, sentAt: expect.any(Date) })
})
