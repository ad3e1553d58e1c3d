import { setTimeout as sleep } from 'node:timers/promises'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { people } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { associate } from '../helpers/makers.ts'
import { lastMailTo, wordsOf } from '../helpers/person-mail.ts'
import { heldBy, isMember, setHeld } from '../helpers/privileges.ts'
import type { Answer, Visitor } from '../helpers/visitor.ts'

const base = '/c/100234'
const path = `${base}/people/invitations`
let t: TestApp
let supervisor: Visitor
let customerId: string

beforeAll(async () => {
  t = await testApp()
  customerId = t.cast.customers['100234']!
  supervisor = await t.signIn('supervisor@demo.example')
})
afterAll(() => t.close())

const none = { supervisor: '', licensing: '', reporting: '', licensingUntil: '', reportingUntil: '' }
const send = async (email: string, fields: Record<string, string> = {}) =>
  supervisor.submit(await supervisor.get(path), { ...none, email, ...fields }, path)

/** The link of the last mail to an address. */
async function linkTo(email: string): Promise<string> {
  const [mail] = await t.db.owner.db.execute<{ token: string }>(sql`
    select params ->> 'token' as token from person_mails where to_address = ${email} and template = 'invitation'
    order by id desc limit 1`)
  return `/invitations/${mail!.token}`
}

const idOf = async (email: string) =>
  (await t.db.owner.db.select({ id: people.id }).from(people).where(eq(people.email, email)))[0]?.id
const words = {
  name: 'Inès Neuf',
  password: 'quatre mots sans suite',
  passwordAgain: 'quatre mots sans suite',
}

describe('an invitation', () => {
  test('has the same answer whether the address is known or not', async () => {
    const [unknown, known] = [await send('new@lemaire.example'), await send('plain@demo.example')]
    expect([unknown.status, unknown.location]).toEqual([known.status, known.location])
    const page = await supervisor.open(path)
    expect(page.text).toContain('2 invitations that nobody has accepted')
  })

  test('its mail says until when, as the page does: an instant of the reader’s zone, named', async () => {
    const email = 'until@lemaire.example'
    await send(email)
    await t.db.owner.db.execute(sql`update publisher set time_zone = 'Europe/Paris'`)
    await t.app.refreshPublisher()
    const page = await supervisor.get(path)
    const row = page.all('tbody tr').find((one) => one.textContent?.includes(email))!
    const until = /\d+ \w+ 20\d\d at \d\d:\d\d CES?T/.exec(row.textContent!)![0]
    expect(wordsOf(t, await lastMailTo(t, email)).text).toContain(`until ${until}.`)
    await t.db.owner.db.execute(sql`update publisher set time_zone = 'UTC'`)
    await t.app.refreshPublisher()
  })

  test('makes the account of an unknown address, with what was chosen; the link works once', async () => {
    await send('ines@lemaire.example', { licensing: 'yes', licensingUntil: '2099-06-30' })
    const link = await linkTo('ines@lemaire.example')
    const visitor = t.visitor()
    const page = await visitor.get(link)
    expect(page.text).toContain(
      'Sylvie Perrin invites ines@lemaire.example into 100234 - Brasseries Lemaire SA',
    )
    expect(await idOf('ines@lemaire.example')).toBeUndefined()
    const short = await visitor.submit(page, { ...words, password: 'short', passwordAgain: 'short' }, link)
    expect([short.status, short.one('#name').getAttribute('value')]).toEqual([422, 'Inès Neuf'])
    const in_ = await visitor.submitAndFollow(page, words, link)
    expect([in_.status, in_.url]).toEqual([200, base])
    const personId = (await idOf('ines@lemaire.example'))!
    expect(await heldBy(t, { customerId, personId })).toEqual(['licensing until 2099-06-30'])
    const again = t.visitor()
    expect((await again.get(link)).status).toBe(404)
    expect((await visitor.get(link)).location).toBe(base)
    const [row] = await t.db.owner.db.execute<{ by: string }>(
      sql`select granted_by as by from privileges where person_id = ${personId}`,
    )
    expect(row!.by).toBe(t.cast.people['supervisor@demo.example'])
  })

  test('takes nothing from whoever was let in meanwhile and given more', async () => {
    const email = 'stranger@demo.example'
    const personId = t.cast.people[email]!
    const until = { licensingUntil: '2099-06-30', reportingUntil: '2099-06-30' }
    await send(email, { licensing: 'yes', reporting: 'yes', ...until })
    await associate(t.db.owner.db, customerId, personId, 'licensing', 'reporting')
    await t.db.owner.db.execute(sql`
      update privileges set until = '2099-01-31' where person_id = ${personId} and privilege = 'reporting'`)
    const visitor = await t.signIn(email)
    const link = await linkTo(email)
    expect((await visitor.submit(await visitor.get(link), {}, link)).status).toBe(303)
    expect(await heldBy(t, { customerId, personId })).toEqual(['licensing', 'reporting until 2099-06-30'])
  })

  test('a known account signs in and accepts; another account is told so', async () => {
    await send('plain@demo.example', { reporting: 'yes' })
    const link = await linkTo('plain@demo.example')
    expect((await t.visitor().get(link)).link('Sign in')).toBeTruthy()
    const wrong = await t.signIn('none@demo.example')
    const told = await wrong.get(link)
    expect(told.text).toContain(
      'This invitation is for plain@demo.example. You are signed in as none@demo.example.',
    )
    expect(told.all(`form[action="${link}"]`).length).toBe(0)
    const plain = await t.signIn('plain@demo.example')
    const page = await plain.get(link)
    const forged = { _csrf: page.one('input[name=_csrf]').getAttribute('value')!, _key: crypto.randomUUID() }
    await wrong.post(link, { ...forged, _csrf: told.one('input[name=_csrf]').getAttribute('value')! })
    const personId = t.cast.people['plain@demo.example']!
    expect(await isMember(t, { customerId, personId })).toBe(false)
    const answers = await Promise.all([1, 2, 3].map(() => plain.submit(page, {}, link)))
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
    expect(await heldBy(t, { customerId, personId })).toEqual(['reporting'])
    expect((await plain.open('/')).url).toBe(base)
  })

  test('who has registered without confirming chooses a password anew: the mail shows whose address it is', async () => {
    const email = 'taken@lemaire.example'
    await t.db.owner.db.execute(sql`
      insert into people (id, email, password_hash) values (gen_random_uuid(), ${email}, 'of a stranger')`)
    await send(email)
    const page = await t.visitor().get(await linkTo(email))
    expect(page.all('#password').length).toBe(1)
  })

  test('can be withdrawn and sent again; the old link is dead each time', async () => {
    await send('moved@lemaire.example')
    const first = await linkTo('moved@lemaire.example')
    const action = async (name: string) => {
      const page = await supervisor.get(path)
      const row = page.all('tbody tr').find((tr) => tr.textContent!.includes('moved@lemaire.example'))!
      const form = [...row.querySelectorAll('form')].find((f) => f.getAttribute('action')!.endsWith(name))!
      return supervisor.submit(page, {}, form.getAttribute('action')!)
    }
    await action('/resend')
    const recorded = (await supervisor.open('/c/100234/activity?q=moved@lemaire.example')).all('tbody tr')
    expect(recorded.map((row) => /Person invited/.test(row.textContent))).toEqual([true, true])
    expect((await t.visitor().get(first)).status).toBe(404)
    const second = await linkTo('moved@lemaire.example')
    expect((await t.visitor().get(second)).status).toBe(200)
    await action('/withdrawal')
    expect((await t.visitor().get(second)).status).toBe(404)
  })

  test('withdrawn while it is accepted, lets nobody in and says so only', async () => {
    await send('open@demo.example')
    const visitor = await t.signIn('open@demo.example')
    const page = await visitor.get(await linkTo('open@demo.example'))
    const waiting = sql`select from pg_locks where not granted`
    const answered = await t.db.owner.db.transaction(async (tx) => {
      await tx.execute(sql`select from customers where id = ${customerId} for update`)
      const answer = visitor.submit(page, {}, page.url)
      while ((await t.db.owner.db.execute(waiting)).length === 0) await sleep(5)
      await tx.execute(sql`update invitations set withdrawn_at = now() where email = 'open@demo.example'`)
      return { answer }
    })
    expect((await answered.answer).status).toBe(404)
    expect((await visitor.open('/account')).body).not.toContain('You are now of')
    expect(await isMember(t, { customerId, personId: t.cast.people['open@demo.example']! })).toBe(false)
  })

  test('to one address goes five times an hour, and a company sends a hundred; each says how long to wait', async () => {
    const mails = async () =>
      (await t.db.owner.db.execute(sql`select from person_mails where template = 'invitation'`)).length
    for (let sent = 0; sent < 5; sent++) expect((await send('often@lemaire.example')).status).toBe(303)
    const before = await mails()
    const answer = await send('often@lemaire.example')
    expect([answer.status, answer.one('#email').getAttribute('value')]).toEqual([
      429,
      'often@lemaire.example',
    ])
    expect(answer.text).toContain('Too many invitations were sent')
    expect(answer.headers['retry-after']).toMatch(/^\d+$/)
    const page = await supervisor.get(path)
    const row = page.all('tbody tr').find((tr) => tr.textContent!.includes('often@lemaire.example'))!
    const resend = row.querySelector('form[action$="/resend"]')!.getAttribute('action')!
    expect((await supervisor.submit(page, {}, resend)).status).toBe(429)
    expect(await mails()).toBe(before)

    const answers: number[] = []
    for (let sent = 0; sent < 101; sent++) answers.push((await send(`n${sent}@lemaire.example`)).status)
    expect([answers[0], answers.at(-1)]).toEqual([303, 429])
    await t.db.owner.db.execute(sql`delete from throttles`)
    await t.db.owner.db.execute(sql`delete from invitations where email ~ '^(often|n[0-9]+)@'`)
  })

  test('is good for seven days', async () => {
    await send('late@lemaire.example')
    const link = await linkTo('late@lemaire.example')
    await t.db.owner.db.execute(
      sql`update invitations set expires_at = now() - interval '1 second' where email = 'late@lemaire.example'`,
    )
    const page = await t.visitor().get(link)
    expect([page.status, page.heading]).toEqual([404, 'This invitation is no longer good'])
    expect((await supervisor.get(path)).text).toContain('too old')
  })

  test('of a supervisor who is one no more gives nothing, until another one sends it again', async () => {
    const of = { customerId, personId: t.cast.people['none@demo.example']! }
    await setHeld(t, of, ['supervisor'])
    const former = await t.signIn('none@demo.example')
    await former.submit(
      await former.get(path),
      { ...none, email: 'second@lemaire.example', supervisor: 'yes' },
      path,
    )
    const link = await linkTo('second@lemaire.example')
    const visitor = t.visitor()
    const form = await visitor.get(link)
    const list = await former.get(path)
    const rowOf = (page: Answer) =>
      page.all('tbody tr').find((tr) => tr.textContent!.includes('second@lemaire.example'))!
    const formsOf = (page: Answer) =>
      [...rowOf(page).querySelectorAll('form')].map((one) => one.getAttribute('action')!)
    await setHeld(t, of, [])
    expect((await visitor.submit(form, words, link)).status).toBe(404)
    expect((await t.visitor().get(link)).status).toBe(404)
    expect(await idOf('second@lemaire.example')).toBeUndefined()
    for (const action of formsOf(list)) expect((await former.submit(list, {}, action)).status).toBe(403)

    const page = await supervisor.get(path)
    expect(rowOf(page).textContent).toContain('who sent it is no supervisor any more')
    await supervisor.submit(page, {}, formsOf(page).find((action) => action.endsWith('/resend'))!)
    expect(rowOf(await supervisor.get(path)).textContent).toContain('by Sylvie Perrin')
    const again = await linkTo('second@lemaire.example')
    expect((await t.visitor().get(again)).text).toContain('Sylvie Perrin invites second@lemaire.example')
  })

  test('with a company’s ID and a guessed secret finds nothing', async () => {
    const link = await linkTo('late@lemaire.example')
    const [head] = link.split('.')
    for (const token of [`${head}.${'A'.repeat(32)}`, '/invitations/x', '/invitations/x.y']) {
      expect((await t.visitor().get(token)).status).toBe(404)
    }
  })

  test('to somebody of the company, to no address, and with a day that has passed is refused', async () => {
    const refused = await send('none@demo.example')
    expect([refused.status, refused.text.includes('is of the company already')]).toEqual([422, true])
    const odd = await send('not an address')
    expect([odd.status, odd.one('#email').getAttribute('value')]).toEqual([422, 'not an address'])
    expect((await send('x@lemaire.example', { licensing: 'yes', licensingUntil: '2020-01-01' })).status).toBe(
      422,
    )
    expect((await send('x@lemaire.example', { reportingUntil: '2099-01-01' })).status).toBe(422)
  })

  test('that makes a supervisor asks for a fresh sign-in first, and keeps what was typed', async () => {
    await t.db.owner.db.execute(sql`update sessions set authenticated_at = now() - interval '1 hour'`)
    const answer = await send('chief@lemaire.example', { supervisor: 'yes' })
    expect(answer.location).toMatch(/\/invitations\/supervisor\?email=chief/)
    expect((await supervisor.get(answer.location)).location).toMatch(/^\/sign-in\/again/)
    await t.db.owner.db.execute(sql`update sessions set authenticated_at = now()`)
    const page = await supervisor.get(answer.location)
    expect(page.one('#email').getAttribute('value')).toBe('chief@lemaire.example')
    await supervisor.submitAndFollow(page, {}, `${path}/supervisor`)
    expect(await linkTo('chief@lemaire.example')).toMatch(/^\/invitations\//)
  })
})
