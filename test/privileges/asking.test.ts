import { asc, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { MailTemplate } from '../../src/mail/messages.ts'
import { renderMail } from '../../src/mail/render.ts'
import { formatRequestNumber } from '../../src/requests/number.ts'
import { recordRequest } from '../../src/requests/record.ts'
import { mails as stored } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { heldBy, setHeld, wish } from '../helpers/privileges.ts'
import type { Visitor } from '../helpers/visitor.ts'

const base = '/c/100234'
let t: TestApp
let none: Visitor
let supervisor: Visitor
let customerId: string
let personId: string

beforeAll(async () => {
  t = await testApp()
  customerId = t.cast.customers['100234']!
  personId = t.cast.people['none@demo.example']!
  none = await t.signIn('none@demo.example')
  supervisor = await t.signIn('supervisor@demo.example')
})
afterAll(() => t.close())
beforeEach(async () => {
  await setHeld(t, { customerId, personId }, [])
  await t.db.owner.db.execute(sql`delete from throttles`)
  await t.db.owner.db.execute(sql`update requests set status = 'cancelled' where kind = 'ask-privilege'`)
})

const mails = (template: string) =>
  t.db.owner.db.execute<{ personId: string; params: Record<string, unknown> }>(
    sql`select person_id as "personId", params from mails where template = ${template} order by id`,
  )

async function ask(path = '/configure', fields: Record<string, string> = { why: 'For the new site' }) {
  const refused = await none.get(base + path)
  const page = await none.get(refused.link('Ask for this privilege'))
  return none.submit(page, fields, `${base}/people/asked/new`)
}

describe('a privilege that was asked for and given is told by one mail', () => {
  const grant = async (number: string, fields: Record<string, string> = {}) => {
    const page = await supervisor.get(`${base}/people/asked/${number}`)
    expect((await supervisor.submit(page, { decision: 'grant', ...fields })).status).toBe(303)
  }
  const choose = (topics: Record<string, boolean>) =>
    t.db.owner.db.execute(sql`
      insert into notification_choices (person_id, topics)
      values (${personId}, ${JSON.stringify(topics)}::text::jsonb)
      on conflict (person_id) do update set topics = excluded.topics`)
  const toPerson = () =>
    t.db.owner.db.select().from(stored).where(eq(stored.personId, personId)).orderBy(asc(stored.id))
  const said = (mail: Awaited<ReturnType<typeof toPerson>>[number], language: 'en' | 'fr' = 'en') =>
    renderMail(
      {
        ...mail,
        language,
        template: mail.template as MailTemplate,
        personName: '',
        customerNumber: '100234',
        customerName: 'Brasseries Lemaire SA',
        timeZone: null,
      },
      { publisher: 'Halden Software', baseUrl: t.config.baseUrl, timeZone: 'Europe/Paris' },
    )
  beforeEach(async () => {
    await t.db.owner.db.delete(stored)
    await t.db.owner.db.execute(sql`delete from notification_choices`)
  })

  test('which says what was granted, until when and with which word, and leads to the request', async () => {
    const number = (await ask()).location.split('/').at(-1)!
    await grant(number, { until: '2099-05-01', word: 'Until May' })
    const told = await toPerson()
    expect(told.map(({ template }) => template)).toEqual(['privilege-answered'])
    const { subject, text } = said(told[0]!)
    expect(subject).toContain('The privilege Licensing is granted')
    expect(text).toMatch(/Sylvie Perrin granted you the privilege Licensing in 100234.*Until May/s)
    expect(text).toMatch(/You now hold:\s+\S*\s*Licensing, until 1 May 2099/)
    expect(text).not.toContain('Also given')
    expect(text).toContain(`/c/100234/requests/${number}`)
    expect(said(told[0]!, 'fr').text).toMatch(/Vous détenez maintenant.*jusqu’au 1(er)? mai 2099/s)
  })

  test.each([
    ['own-requests', 1],
    ['privileges', 1],
    ['own-requests,privileges', 0],
  ])('with mail about %s turned off: %i', async (off, count) => {
    await choose(Object.fromEntries(off.split(',').map((topic) => [topic, false])))
    await grant((await ask()).location.split('/').at(-1)!)
    expect((await toPerson()).map(({ template }) => template)).toEqual(
      Array(count).fill('privilege-answered'),
    )
  })

  test('given in another way, with more beside it: it says all of that', async () => {
    await setHeld(t, { customerId, personId }, ['reporting'])
    await ask()
    const preview = await wish(supervisor, base, personId, {
      licensing: 'yes',
      reporting: '',
      supervisor: 'yes',
    })
    await supervisor.submit(preview, {})
    const told = await toPerson()
    expect(told.map(({ template }) => template)).toEqual(['privilege-answered'])
    expect(said(told[0]!).text).toMatch(
      /Also given:\s+\S*\s*Supervisor\s+Taken away:\s+\S*\s*Reporting\s+You now hold:/,
    )
  })

  test('held already when it is granted: the answer says so', async () => {
    const number = (await ask()).location.split('/').at(-1)!
    await setHeld(t, { customerId, personId }, ['licensing'])
    await grant(number)
    expect((await toPerson()).map(({ template }) => template)).toEqual(['privilege-answered'])
  })

  test('declined, it is told whatever was chosen; what nobody asked for is told as a change', async () => {
    await choose({ 'own-requests': false, privileges: false })
    const page = await supervisor.get(`${base}/people/asked/${(await ask()).location.split('/').at(-1)}`)
    await supervisor.submit(page, { decision: 'decline', word: 'Ask Rose' })
    await choose({})
    await supervisor.submit(await wish(supervisor, base, personId, { reporting: 'yes' }), {})
    expect((await toPerson()).map(({ template }) => template)).toEqual([
      'privilege-answered',
      'privileges-changed',
    ])
  })
})

describe('R10: asking for a privilege from the refusal page', () => {
  test('supervisors get a mail and a page to grant it with a word; who asked sees the outcome and gets a mail', async () => {
    const { location } = await ask()
    const number = location.split('/').at(-1)!
    expect((await none.get(location)).text).toMatch(/Licensing.*For the new site.*It waits for a supervisor/)
    const [mail] = (await mails('privilege-asked')).slice(-1)
    expect([mail!.personId, mail!.params.why]).toEqual([
      t.cast.people['supervisor@demo.example'],
      'For the new site',
    ])
    for (const where of [base, `${base}/people`]) {
      const told = await supervisor.get(where)
      expect(told.text).toContain('A request for a privilege waits for a supervisor’s answer.')
      expect(
        (await supervisor.get(told.link('Look and answer'))).link(formatRequestNumber(Number(number))),
      ).toContain(number)
    }
    expect((await none.get(base)).text).not.toContain('for a supervisor’s answer')
    const page = await supervisor.get(`${base}/people/asked/${number}`)
    expect(page.heading).toBe('Nora Petit asks for Licensing')
    const unanswered = await supervisor.submit(page, {})
    expect([unanswered.status, unanswered.text.includes('Choose whether to grant')]).toEqual([422, true])
    await supervisor.submit(page, { decision: 'grant', until: '2099-05-01', word: 'Until May' })
    expect(await heldBy(t, { customerId, personId })).toEqual(['licensing until 2099-05-01'])
    expect((await none.get(location)).text).toMatch(/Completed.*granted\s+until 1 May 2099.*Until May/)
    expect((await mails('privilege-answered')).at(-1)!.params).toMatchObject({
      outcome: 'granted',
      word: 'Until May',
    })
    expect((await supervisor.get(base)).text).not.toContain('for a supervisor’s answer')
    const late = await supervisor.submit(page, { decision: 'decline' })
    expect(late.status).toBe(409)
  })

  test.each(['2099-02-30', '2099-13-45'])('%s is no day: it is said as it was typed', async (until) => {
    const { location } = await ask()
    const page = await supervisor.get(`${base}/people/asked/${location.split('/').at(-1)}`)
    const refused = await supervisor.submit(page, { decision: 'grant', until })
    expect([refused.status, refused.text.includes(`“${until}” is not a day`)]).toEqual([422, true])
    expect(await heldBy(t, { customerId, personId })).toEqual([])
  })

  test('what it is for keeps its lines', async () => {
    const { location } = await ask('/configure', { why: 'For Lyon\r\nand for Metz' })
    for (const page of [
      await none.get(location),
      await supervisor.get(`${base}/people/asked/${location.split('/').at(-1)}`),
    ])
      expect(page.body).toContain('For Lyon<br>and for Metz')
  })

  test('declined with a word: nothing is held', async () => {
    const { location } = await ask('/report')
    const page = await supervisor.get(`${base}/people/asked/${location.split('/').at(-1)}`)
    await supervisor.submit(page, { decision: 'decline', word: 'Ask Rose' })
    expect(await heldBy(t, { customerId, personId })).toEqual([])
    expect((await none.get(location)).text).toMatch(/Declined.*declined.*Ask Rose/)
    const [latest] = (await supervisor.open(`${base}/activity?about=privilege`)).all('tbody tr')
    expect(latest!.textContent.replace(/\s+/g, ' ')).toMatch(
      /Perrin.*Privilege asked for declined.*Reporting/,
    )
  })

  test('asked for twice, also at once, it is the same open request', async () => {
    const page = await none.get(`${base}/people/asked/new?privilege=licensing`)
    const sent = () => none.submit(page, { why: '', _key: crypto.randomUUID() }, `${base}/people/asked/new`)
    const answers = await Promise.all([sent(), sent(), sent()])
    expect(new Set(answers.map(({ location }) => location)).size).toBe(1)
    expect((await none.get(`${base}/people/asked/new?privilege=licensing`)).text).toContain(
      'it waits for an answer',
    )
  })

  test('given in another way meanwhile, the request is done', async () => {
    const { location } = await ask()
    const preview = await wish(supervisor, base, personId, { licensing: 'yes' })
    await supervisor.submit(preview, {})
    expect((await none.get(location)).text).toMatch(/Completed.*granted/)
  })

  test('of two that would do, one is chosen; one that is held or none is refused', async () => {
    const refused = await none.get(`${base}/licenses`)
    const page = await none.get(refused.link('Ask for this privilege'))
    expect(page.all('input[name=privilege]').length).toBe(2)
    const answer = await none.submit(page, {}, `${base}/people/asked/new`)
    expect([answer.status, answer.text.includes('Choose the privilege')]).toEqual([422, true])
    expect(answer.all('input[name=privilege]').length).toBe(2)
    await setHeld(t, { customerId, personId }, ['licensing'])
    expect((await none.submit(page, { privilege: 'licensing' }, `${base}/people/asked/new`)).status).toBe(422)
  })

  test('a request that does not say which privilege is shown, and offers no answer', async () => {
    const { number } = await t.app.database.forCustomer(customerId, (tx) =>
      recordRequest(tx, { customerId, kind: 'ask-privilege', status: 'in-review', personId, details: {} }),
    )
    const page = await supervisor.get(`${base}/requests/${number}`)
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Not recorded')])
    expect(page.body).not.toContain(`${base}/people/asked/${number}`)
    expect((await supervisor.get(`${base}/people/asked/${number}`)).status).toBe(404)
  })

  test('where nobody can give one, the way is to ask for a supervisor', async () => {
    const several = await t.signIn('several@demo.example')
    const page = await several.get('/c/100990/people/asked/new?privilege=reporting')
    expect(page.link('Ask for a supervisor')).toBe('/c/100990/supervisor-request')
    const tokens = { _csrf: page.one('input[name=_csrf]').getAttribute('value')!, _key: crypto.randomUUID() }
    const answer = await several.post('/c/100990/people/asked/new', {
      ...tokens,
      privilege: 'reporting',
      why: '',
    })
    expect(answer.status).toBe(422)
  })

  test('its page is for supervisors; granting Supervisor has an address that asks for a fresh sign-in', async () => {
    const page = await none.get(`${base}/people/asked/new?privilege=supervisor`)
    const { location } = await none.submit(page, { why: '' }, `${base}/people/asked/new`)
    const asked = `${base}/people/asked/${location.split('/').at(-1)}`
    expect((await none.get(asked)).status).toBe(403)
    expect((await supervisor.get(asked)).location).toBe(`${asked}/supervisor`)
    expect((await supervisor.get(`${base}/people/asked/100000009`)).status).toBeGreaterThanOrEqual(303)
  })
})
