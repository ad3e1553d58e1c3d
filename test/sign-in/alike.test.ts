import { createHook } from 'node:async_hooks'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type App, buildApp } from '../../src/app.ts'
import { newId } from '../../src/ids.ts'
import { people } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { type CountingProxy, startProxy } from '../helpers/proxy.ts'
import { giveSecondFactor } from '../helpers/second-factor.ts'
import { type Answer, Visitor } from '../helpers/visitor.ts'

const unknown = 'nobody@demo.example'
/** With a password; with a second factor; of the publisher's files, without a password. */
const known = ['both@demo.example', 'several@demo.example', 'loaded@demo.example']

let t: TestApp
let proxy: CountingProxy
let app: App
let hashings = 0
// Counted where Node starts them, in its own thread pool, whoever asked.
const hook = createHook({
  init(_id, type) {
    if (type === 'ARGON2REQUEST') hashings++
  },
})
beforeAll(async () => {
  t = await testApp()
  proxy = await startProxy(t.db.appUrl)
  const database = t.db.connect({ url: proxy.url, poolSize: 1 })
  app = await buildApp({ config: t.config, database, packKeys: t.app.packKeys })
  await app.ready()
  await giveSecondFactor({ config: t.config, owner: t.db.owner }, 'several@demo.example')
  await t.db.owner.db.insert(people).values({ id: newId(), email: 'loaded@demo.example', name: 'Loaded' })
  hook.enable()
})
afterAll(async () => {
  hook.disable()
  await app.close()
  await t.close()
  await proxy.close()
})
beforeEach(() => t.db.owner.db.execute(sql`delete from throttles`))

type Told = { answer: unknown; hashings: number; statements: string[]; turns: number }

/** All that an answer tells of an address, and what it cost. */
async function ask(path: string, email: string, fields: Record<string, string> = {}): Promise<Told> {
  const browser = new Visitor(app)
  const page = await browser.get(path)
  hashings = 0
  proxy.statements = []
  proxy.turns = 0
  const answer = await browser.submit(page, { email, ...fields }, path)
  return { answer: told(answer, email), hashings, statements: [...proxy.statements], turns: proxy.turns }
}

/** Without what is of this one request: tokens, its ID and time, and the address that was typed. */
function told({ status, headers, body }: Answer, email: string) {
  const { date: _, 'x-request-id': __, 'content-length': ___, ...rest } = headers
  const cookies = [headers['set-cookie'] ?? []].flat().map((cookie) => String(cookie).replace(/=[^;]*/, ''))
  const text = body
    .replaceAll(email, 'ADDRESS')
    .replaceAll(/(name="_(?:csrf|key)" value=")[^"]*/g, '$1')
    .replaceAll(String(headers['x-request-id']), 'ID')
  return { status, headers: { ...rest, 'set-cookie': cookies }, text }
}

/** What each statement does, for those that cannot be the same to the letter. */
const kinds = (statements: string[]) => statements.map((one) => /\w+/.exec(one)![0].toLowerCase())

describe('nothing tells whether there is an account of an address', () => {
  test('signing in with a wrong password: one answer, one password hashed, the same statements', async () => {
    const fields = { password: 'not the password' }
    await ask('/sign-in', unknown, fields)
    const stranger = await ask('/sign-in', unknown, fields)
    expect(stranger).toMatchObject({ answer: { status: 422 }, hashings: 1 })
    expect(stranger.statements.length).toBeGreaterThan(3)
    for (const email of known) expect(await ask('/sign-in', email, fields), email).toEqual(stranger)
  })

  test('signing in too often: the same wait, and no password is hashed', async () => {
    const fields = { password: 'not the password' }
    const tooMany = async (email: string) => {
      for (let i = 0; i < 10; i++) await ask('/sign-in', email, fields)
      return ask('/sign-in', email, fields)
    }
    const stranger = await tooMany(unknown)
    expect(stranger).toMatchObject({ answer: { status: 429 }, hashings: 0 })
    for (const email of known) expect(await tooMany(email), email).toEqual(stranger)
  })

  for (const path of ['/register', '/forgotten-password']) {
    test(`${path}: one answer, no password hashed, as many statements of the same kinds`, async () => {
      await ask(path, unknown)
      const stranger = await ask(path, unknown)
      expect(stranger).toMatchObject({ answer: { status: 303 }, hashings: 0 })
      expect(kinds(stranger.statements).filter((kind) => kind === 'insert').length).toBeGreaterThan(3)
      for (const email of known) {
        // What a connection has prepared is prepared: the first answer costs a turn more for each new statement.
        await ask(path, email)
        const { statements, ...rest } = await ask(path, email)
        expect({ ...rest, kinds: kinds(statements) }, email).toEqual({
          answer: stranger.answer,
          hashings: stranger.hashings,
          turns: stranger.turns,
          kinds: kinds(stranger.statements),
        })
      }
    })
  }
})
