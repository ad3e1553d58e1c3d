import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { customers, publisher, recoveryCodes, secondFactors } from '../../src/schema.ts'
import { seal, unseal } from '../../src/sign-in/seal.ts'
import { newRecoveryCodes, recoveryHash } from '../../src/sign-in/second-factor/recovery.ts'
import { base32, codeAt, matchStep, otpauthUri, stepAt } from '../../src/sign-in/second-factor/totp.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { runGuichet } from '../helpers/command.ts'
import { giveSecondFactor, nextCode } from '../helpers/second-factor.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'

const place = '/account/second-factor'
const password = 'guichet-demo'

let t: TestApp
beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t.close())

const site = () => ({ config: t.config, owner: t.db.owner })

describe('codes', () => {
  test('are those of RFC 6238, appendix B, cut to six digits', () => {
    const secret = Buffer.from('12345678901234567890')
    const vectors: [number, string][] = [
      [59, '287082'],
      [1111111109, '081804'],
      [1111111111, '050471'],
      [1234567890, '005924'],
      [2000000000, '279037'],
      [20000000000, '353130'],
    ]
    for (const [seconds, code] of vectors) {
      expect(codeAt(secret, stepAt(new Date(seconds * 1000)))).toBe(code)
    }
  })

  test('of one step before and after are taken, with blanks; no others', () => {
    const secret = Buffer.from('another secret of 20')
    const now = new Date(1_800_000_015_000)
    const step = stepAt(now)
    for (const away of [-1, 0, 1]) {
      const code = codeAt(secret, step + away)
      expect(matchStep(secret, `${code.slice(0, 3)} ${code.slice(3)}`, now)).toBe(step + away)
    }
    for (const away of [-2, 2]) expect(matchStep(secret, codeAt(secret, step + away), now)).toBeUndefined()
    for (const text of ['', '12345', '1234567', 'abcdef', '٠١٢٣٤٥'])
      expect(matchStep(secret, text, now)).toBeUndefined()
  })

  test('base32 is RFC 4648’s, and the link says what an app needs', () => {
    expect(base32(Buffer.from('foobar'))).toBe('MZXW6YTBOI')
    expect(otpauthUri({ secret: Buffer.from('foobar'), issuer: 'A: B', account: 'a+b@x.example' })).toBe(
      'otpauth://totp/A%20%20B:a%2Bb%40x.example?secret=MZXW6YTBOI&issuer=A%3A%20B',
    )
  })

  test('recovery codes are typed as one likes, and differ', () => {
    const codes = newRecoveryCodes()
    expect(new Set(codes).size).toBe(10)
    expect(codes.every((code) => /^[A-Z2-9]{5}-[A-Z2-9]{5}$/.test(code))).toBe(true)
    const hash = (typed: string) => recoveryHash(t.config, 'p', typed)
    expect(hash(` ${codes[0]!.toLowerCase().replace('-', ' ')}`)).toBe(hash(codes[0]!))
    expect(recoveryHash(t.config, 'q', codes[0]!)).not.toBe(hash(codes[0]!))
  })

  test('what is sealed opens for the same use and thing only, and not when changed', () => {
    const sealed = seal(t.config, 'totp', 'one', 'secret')
    expect(sealed).not.toContain('secret')
    expect(unseal(t.config, 'totp', 'one', sealed)).toBe('secret')
    expect(unseal(t.config, 'totp', 'two', sealed)).toBeUndefined()
    expect(unseal(t.config, 'seal', 'one', sealed)).toBeUndefined()
    expect(unseal({ secret: 'x'.repeat(32) }, 'totp', 'one', sealed)).toBeUndefined()
    const changed = Buffer.from(sealed, 'base64url')
    changed[30]! ^= 1
    expect(unseal(t.config, 'totp', 'one', changed.toString('base64url'))).toBeUndefined()
  })
})

const keyOn = (page: Answer) =>
  fromBase32(
    page
      .all('.g-secret code')
      .map((part) => part.textContent)
      .join(''),
  )

function fromBase32(text: string): Buffer {
  const bits = [...text]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

const factorOf = async (email: string) =>
  (
    await t.db.owner.db.select().from(secondFactors).where(eq(secondFactors.personId, t.cast.people[email]!))
  )[0]

async function setUp(browser: Visitor): Promise<{ secret: Buffer; codes: string[]; codesPage: Answer }> {
  const page = await browser.open(`${place}/new`)
  const secret = keyOn(page)
  const codesPage = await browser.submitAndFollow(page, { code: codeAt(secret, stepAt(new Date())) }, place)
  return { secret, codesPage, codes: codesPage.all('.g-codes code').map((code) => code.textContent!) }
}

describe('setting it up', () => {
  test('shows key, QR code and link; counts only after a code; ends the other sessions; shows the codes once', async () => {
    const email = 'both@demo.example'
    const [browser, other] = [await t.signIn(email), await t.signIn(email)]
    const page = await browser.get(`${place}/new`)
    const secret = keyOn(page)
    expect(secret.length).toBe(20)
    expect(page.one('svg[role=img]').getAttribute('aria-label')).toContain('QR code')
    expect(
      page.one('a[href^="otpauth://totp/Halden%20Software:both%40demo.example?"]').getAttribute('href'),
    ).toContain(base32(secret))
    expect(keyOn(await browser.get(`${place}/new`))).toEqual(secret)
    const wrong = await browser.submit(page, { code: '000000' }, place)
    expect([wrong.status, (await factorOf(email))?.confirmedAt]).toEqual([422, null])
    expect((await t.visitor().signIn(email, password)).location).toBe('/')

    const { codes, codesPage } = await setUp(browser)
    expect([codesPage.heading, codes.length]).toEqual(['Your recovery codes', 10])
    expect((await other.get('/account')).location).toMatch(/^\/sign-in/)
    const stored = await factorOf(email)
    expect(JSON.stringify(stored)).not.toContain(secret.toString('hex'))
    const hashes = await t.db.owner.db.select().from(recoveryCodes)
    expect(JSON.stringify([hashes, stored])).not.toContain(codes[0]!)

    const kept = await browser.submitAndFollow(codesPage, {}, `${place}/kept-codes`)
    expect(kept.text).toContain('10 left')
    expect((await browser.get(`${place}/recovery-codes`)).all('.g-codes')).toEqual([])
  })

  test('the same form twice sets it up once, and leads to the same page', async () => {
    const browser = await t.signIn('licensing@demo.example')
    const page = await browser.get(`${place}/new`)
    const fields = { code: codeAt(keyOn(page), stepAt(new Date())) }
    const answers = await Promise.all([1, 2, 3].map(() => browser.submit(page, fields, place)))
    expect(answers.map(({ status, location }) => [status, location])).toEqual(
      Array(3).fill([303, `${place}/recovery-codes`]),
    )
    expect(
      (
        await t.db.owner.db
          .select()
          .from(recoveryCodes)
          .where(eq(recoveryCodes.personId, t.cast.people['licensing@demo.example']!))
      ).length,
    ).toBe(10)
  })

  test('wrong first codes are throttled', async () => {
    const browser = await t.signIn('none@demo.example')
    const page = await browser.get(`${place}/new`)
    const statuses: number[] = []
    for (let i = 0; i < 6; i++)
      statuses.push((await browser.submit(page, { code: `00000${i}` }, place)).status)
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429])
  })
})

describe('signing in with it', () => {
  const email = 'reporting@demo.example'
  beforeAll(() => giveSecondFactor(site(), email))

  async function firstStep(browser: Visitor, to = ''): Promise<Answer> {
    const page = await browser.get(`/sign-in${to && `?to=${encodeURIComponent(to)}`}`)
    const answer = await browser.submit(page, { email, password }, '/sign-in')
    expect(answer.location).toBe('/sign-in/second-factor')
    return browser.get(answer.location)
  }

  test('nobody is signed in before the code; after it, to where they were going', async () => {
    const browser = t.visitor()
    const step = await firstStep(browser, '/c/100234/report')
    expect((await browser.get('/account')).location).toMatch(/^\/sign-in/)
    expect(browser.cookies.has('guichet')).toBe(false)
    const wrong = await browser.submit(step, { code: '123' })
    expect([wrong.status, wrong.title]).toEqual([422, expect.stringMatching(/^Error: /)])
    const right = await browser.submit(step, { code: await nextCode(site(), email) })
    expect(right.location).toBe('/c/100234/report')
    expect((await browser.get('/account')).status).toBe(200)
  })

  test('a code is taken once, also of two at the same moment', async () => {
    const code = await nextCode(site(), email)
    const [one, two] = [t.visitor(), t.visitor()]
    const steps = [await firstStep(one), await firstStep(two)]
    const answers = await Promise.all([one.submit(steps[0]!, { code }), two.submit(steps[1]!, { code })])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
  })

  test('the first step counts on its own browser only, for ten minutes, and not after a change of the password', async () => {
    const browser = t.visitor()
    await firstStep(browser)
    const elsewhere = t.visitor()
    expect((await elsewhere.get('/sign-in/second-factor')).location).toBe('/sign-in')
    elsewhere.cookies.set('guichet_second', 'x'.repeat(80))
    expect((await elsewhere.get('/sign-in/second-factor')).location).toBe('/sign-in')
    await t.db.owner.db.execute(
      sql`update people set password_hash = password_hash || ' ' where email = ${email}`,
    )
    expect((await browser.get('/sign-in/second-factor')).location).toBe('/sign-in')
    await t.db.owner.db.execute(
      sql`update people set password_hash = trim(password_hash) where email = ${email}`,
    )
    expect((await browser.get('/sign-in/second-factor')).status).toBe(200)
  })

  test('wrong codes are throttled; the account is not locked for who is known here', async () => {
    const owner = t.visitor()
    const known = await firstStep(owner)
    await owner.submit(known, { code: await nextCode(site(), email) })
    await owner.submit(await owner.get('/account'), {}, '/sign-out')
    const attacker = t.visitor()
    const step = await firstStep(attacker)
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) statuses.push((await attacker.submit(step, { code: `00000${i}` })).status)
    expect(statuses.at(-1)).toBe(429)
    const back = await firstStep(owner)
    expect((await owner.submit(back, { code: await nextCode(site(), email) })).status).toBe(303)
  })

  test('a recovery code does instead, once, and says how many are left', async () => {
    const person = 'supervisor@demo.example'
    const { codes } = await setUp(await t.signIn(person))
    const enter = async (recoveryCode: string) => {
      const browser = t.visitor()
      await browser.submit(await browser.get('/sign-in'), { email: person, password }, '/sign-in')
      return browser.submitAndFollow(
        await browser.get('/sign-in/recovery'),
        { recoveryCode },
        '/sign-in/recovery',
      )
    }
    const used = await enter(codes[3]!.toLowerCase())
    expect(used.body).toContain('You have signed in with a recovery code. 9 are left.')
    expect((await enter(codes[3]!)).status).toBe(422)
    expect((await enter('AAAAA-AAAAA')).status).toBe(422)

    const browser = t.visitor()
    await browser.submit(await browser.get('/sign-in'), { email: person, password }, '/sign-in')
    const recovery = await browser.get('/sign-in/recovery')
    await browser.submit(recovery, { recoveryCode: codes[4]! }, '/sign-in/recovery')
    const fresh = await browser.submitAndFollow(await browser.get(place), {}, `${place}/recovery-codes`)
    expect(fresh.all('.g-codes code').length).toBe(10)
    expect((await enter(codes[5]!)).status).toBe(422)
  })
})

describe('who must have one', () => {
  const email = 'stranger@demo.example'
  const require = (isRequired: boolean) =>
    t.db.owner.db
      .update(customers)
      .set({ requiresSecondFactor: isRequired })
      .where(eq(customers.customerNumber, '100555'))

  test('by a company: is led to set it up first, then to where they were going; a form sent meanwhile comes back', async () => {
    const browser = await t.signIn(email)
    const form = await browser.get('/account/profile')
    await require(true)
    const led = await browser.get('/c/100555/licenses')
    expect(led.location).toBe(`${place}/new?to=${encodeURIComponent('/c/100555/licenses')}`)
    const sent = await browser.submit(form, { name: 'Sacha B.' }, '/account/profile')
    expect(sent.location).toMatch(/second-factor\/new\?to=%2Fsign-in%2Fkept%2F/)
    const page = await browser.get(sent.location)
    expect(page.text).toContain('requires a second factor')
    const codes = await browser.submitAndFollow(
      page,
      { code: codeAt(keyOn(page), stepAt(new Date())) },
      place,
    )
    const back = await browser.submitAndFollow(codes, {}, `${place}/kept-codes`)
    expect(back.one('input[name=name]').getAttribute('value')).toBe('Sacha B.')
    expect((await browser.get('/c/100555/licenses')).status).toBe(200)
    const off = await browser.submitAndFollow(await browser.get(place), {}, `${place}/removals`)
    expect(off.text).toContain('requires a second factor')
    expect((await browser.get('/c/100555/licenses')).location).toContain(place)
    await require(false)
    expect((await browser.get('/c/100555/licenses')).status).toBe(200)
  })

  test('a supervisor requires it of the company, and only a supervisor', async () => {
    const address = '/c/100234/people/second-factor'
    await t.db.owner.db.execute(sql`delete from throttles`)
    const supervisor = t.visitor()
    await t.db.owner.db
      .delete(secondFactors)
      .where(eq(secondFactors.personId, t.cast.people['supervisor@demo.example']!))
    await supervisor.signIn('supervisor@demo.example', password)
    const page = await supervisor.get(address)
    expect(page.text).toContain('decides alone')
    expect((await supervisor.submitAndFollow(page, { required: 'yes' }, address)).location).toBe('')
    await giveSecondFactor(site(), 'reporting@demo.example')
    const reader = await t.signIn('reporting@demo.example')
    expect((await reader.get('/c/100234/report')).status).toBe(200)
    expect((await reader.get(address)).status).toBe(403)
    const lacking = await t.signIn('several@demo.example')
    expect((await lacking.get('/c/100990')).location).toContain(place)
    expect((await (await t.signIn('plain@demo.example')).get(address)).status).toBe(404)
    const rule = (
      await t.db.owner.db.select().from(customers).where(eq(customers.customerNumber, '100234'))
    )[0]
    expect(rule!.requiresSecondFactor).toBe(true)
    await t.db.owner.db.update(customers).set({ requiresSecondFactor: false })
  })

  test('staff always, the others where the publisher says so, nobody in the demonstration', async () => {
    const desk = t.visitor()
    await desk.signIn('desk@demo.example', password)
    expect((await desk.get('/')).location).toContain(`${place}/new`)
    const plain = await t.signIn('plain@demo.example')
    expect((await plain.get('/')).status).toBe(200)
    const set = async (values: Partial<typeof publisher.$inferInsert>) => {
      await t.db.owner.db.update(publisher).set(values)
      await t.app.refreshPublisher()
    }
    expect((await runGuichet(t.db, ['publisher', 'requires_second_factor', 'yes'])).code).toBe(0)
    await t.app.refreshPublisher()
    expect((await plain.get('/')).location).toContain(`${place}/new`)
    await set({ isDemonstration: true })
    expect([(await plain.get('/')).status, (await desk.get('/account')).status]).toEqual([200, 200])
    await set({ isDemonstration: false, requiresSecondFactor: false })
  })
})

test('after the secret of the installation was replaced, typed codes are answered with the way out', async () => {
  const email = 'stranger@demo.example'
  const personId = t.cast.people[email]!
  const secret = seal({ secret: 'another secret of 32 characters!' }, 'totp', personId, '00'.repeat(20))
  const confirmedAt = new Date()
  await t.db.owner.db.insert(secondFactors).values({ personId, secret, confirmedAt })
  const browser = t.visitor()
  await browser.submit(await browser.get('/sign-in'), { email, password }, '/sign-in')
  const words = 'Codes of this account can no longer be checked'
  const code = await browser.submit(await browser.get('/sign-in/second-factor'), { code: '123456' })
  expect([code.status, code.text]).toEqual([422, expect.stringContaining(words)])
  const recovery = await browser.submit(await browser.get('/sign-in/recovery'), {
    recoveryCode: 'AAAAA-AAAAA',
  })
  expect([recovery.status, recovery.text]).toEqual([422, expect.stringContaining(words)])
  // One that was being set up at that moment starts over.
  await t.db.owner.db
    .update(secondFactors)
    .set({ confirmedAt: null })
    .where(eq(secondFactors.personId, personId))
  const setUp = await (await t.signIn(email)).get(`${place}/new`)
  expect([setUp.status, setUp.all('.g-secret code').length]).toEqual([200, 8])
  await t.db.owner.db.delete(secondFactors).where(eq(secondFactors.personId, personId))
})

// A command takes seconds to start.
const slow = { timeout: 90_000 }

test(
  'guichet staff reset-second-factor EMAIL takes a lost one away and ends the sessions',
  slow,
  async () => {
    const email = 'several@demo.example'
    const browser = await t.signIn(email)
    await giveSecondFactor(site(), email)
    expect((await runGuichet(t.db, ['staff', 'reset-second-factor', email])).err).toContain('is gone')
    expect(await factorOf(email)).toBeUndefined()
    expect((await browser.get('/account')).location).toMatch(/^\/sign-in/)
    expect((await runGuichet(t.db, ['staff', 'reset-second-factor', email])).err).toContain(
      'has no second factor',
    )
    expect((await runGuichet(t.db, ['staff', 'reset-second-factor', 'x@y.example'])).code).toBe(2)
  },
)
