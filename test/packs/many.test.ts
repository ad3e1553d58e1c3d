import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Message } from '../../src/mail/mailer.ts'
import { sendMail } from '../../src/mail/send.ts'
import { digestOf } from '../../src/packs/sign.ts'
import { activity, mails, packs, people, requestEvents, requestPacks, requests } from '../../src/schema.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import type { Visitor } from '../helpers/visitor.ts'
import { placeLicenses } from '../helpers/work.ts'
import { unzip } from '../helpers/zip.ts'

let it: TestApp
let customerId: string
let browser: Visitor
let one: Awaited<ReturnType<typeof placeLicenses>>
let two: Awaited<ReturnType<typeof placeLicenses>>

const base = '/c/100234/packs'
const email = 'reporting@demo.example'

beforeAll(async () => {
  it = await testApp()
  customerId = it.cast.customers['100234']!
  const by = it.cast.people['licensing@demo.example']!
  one = await placeLicenses(it.db, customerId, by, { label: 'ALPHA' })
  two = await placeLicenses(it.db, customerId, by, { label: 'Ärger & <Söhne>' })
  browser = await it.signIn(email)
})
afterAll(() => it.close())

const owner = () => it.db.owner.db

/** Hosts PREFIX-0000, PREFIX-0001... with one issue each and nothing placed: what the list shows of them is retrievable. */
async function makeMany(
  prefix: string,
  count: number,
  text = 'INCREMENT X opend 1.0 permanent 1 SIGN="x"\n',
): Promise<void> {
  await owner().execute(sql`
    with host as (
      insert into hosts (customer_id, id, label, kind, status, pack_issue, is_pack_current)
      select ${customerId}, gen_random_uuid(), ${`${prefix}-`}::text || lpad(n::text, 4, '0'), 'single', 'active', 1, true
      from generate_series(0, ${count - 1}::int) n returning id)
    insert into packs (customer_id, host_id, issue, text, digest, key_id)
    select ${customerId}, id, 1, ${text}, ${digestOf(text)}, 'k' from host`)
}

async function zipAt(
  url: string,
  by = browser,
): Promise<{ status: number; files: ReturnType<typeof unzip>; name: string }> {
  const cookie = [...by.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await it.app.inject({ url, headers: { cookie } })
  const name = String(answer.headers['content-disposition'] ?? '')
  return { status: answer.statusCode, files: answer.statusCode === 200 ? unzip(answer.rawPayload) : [], name }
}

const eventsOf = async (number: number) => {
  const [request] = await owner().select().from(requests).where(eq(requests.number, number))
  return owner().select().from(requestEvents).where(eq(requestEvents.requestId, request!.id))
}
const numberIn = (location: string) => Number(location.split('/').at(-1))

describe('a zip of several packs', () => {
  test('has each as it was issued and README.txt; taking it is noted once', async () => {
    const list = await browser.get(base)
    const { location } = await browser.submit(list, { host: [one.host.id, two.host.id] })
    const { files, name } = await zipAt(`${location}/packs.zip`)
    expect(name).toMatch(/^attachment; filename="100234_packs_100-\d{3}-\d{3}\.zip"$/)
    expect(files.map((file) => file.name)).toEqual([
      'README.txt',
      '100234_ALPHA_issue-1.lic',
      '100234_Ärger-Söhne_issue-1.lic',
    ])
    const texts = await owner().select().from(packs).where(eq(packs.hostId, two.host.id))
    expect(String(files[2]!.data)).toBe(texts[0]!.text)
    await zipAt(`${location}/packs.zip`)
    const fetched = (await eventsOf(numberIn(location))).filter(({ kind }) => kind === 'pack-fetched')
    expect(fetched.map(({ details }) => details)).toEqual([{ way: 'zip', packs: 2 }])
    expect((await browser.get(location)).text).toContain('downloaded 2 license packs as a zip')
  })

  test('takes what one pack takes: the request to be seen, and Reporting or to have made them', async () => {
    const { location } = await browser.submit(await browser.get(base), { host: [one.host.id, two.host.id] })
    for (const [who, status] of [
      ['both', 200],
      ['licensing', 403],
      ['none', 403],
      ['stranger', 404],
    ] as const) {
      const other = await it.signIn(`${who}@demo.example`)
      expect([who, (await zipAt(`${location}/packs.zip`, other)).status]).toEqual([who, status])
    }
    expect(
      (await zipAt(`/c/100234/requests/${one.number}/packs.zip`, await it.signIn('licensing@demo.example')))
        .status,
    ).toBe(200)
    const report = await browser.submit(await browser.get('/c/100234/report'), {}, '/c/100234/report')
    expect((await zipAt(`${report.location}/packs.zip`)).status).toBe(404)
  })
})

describe('many hosts', () => {
  test('what is ticked is kept over the pages, without scripts', async () => {
    await makeMany('TURN', 120)
    const first = await browser.get(`${base}?q=turn-`)
    const ticked = [first.one('input[name=host]').getAttribute('value')!]
    const made = await owner().select().from(requests)
    // As lynx does it: a button of a name without a value sends a word of its own.
    const there = await browser.submit(first, { host: ticked, nextPage: 'BUTTON' })
    expect(there.status).toBe(303)
    expect(await owner().select().from(requests)).toEqual(made)
    expect(there.location).not.toMatch(/_csrf|_key/)
    const second = await browser.get(there.location)
    expect(second.text).toContain('1 host chosen on other pages')
    expect(second.all('input[name=host]')).toHaveLength(50)
    const here = second.one('input[name=host]').getAttribute('value')!
    const page = await browser.submitAndFollow(second, { host: here })
    expect(page.all('.g-panel')).toHaveLength(2)
    // So does the way back, where it is ticked.
    const home = await browser.submit(second, { firstPage: 'BUTTON' })
    expect(
      (await browser.get(home.location)).one(`input[value="${ticked[0]}"]`).hasAttribute('checked'),
    ).toBe(true)
    const kept = new URL(there.location, 'http://x').searchParams.get('kept')!
    const back = await browser.get(`${base}?q=turn-&kept=${kept}`)
    expect(back.one(`input[value="${ticked[0]}"]`).hasAttribute('checked')).toBe(true)
    for (const wrong of ['x', '%00', 'A'.repeat(9000), kept.slice(1)]) {
      expect((await browser.get(`${base}?kept=${wrong}`)).status).toBe(200)
    }
  })

  test('all that fit are one request: 1,000 packs in one zip; one more is refused in words', async () => {
    await makeMany('NODE', 1000)
    const found = await browser.get(`${base}?q=node`)
    expect(found.text).toContain('All 1,000 hosts that fit “node”')
    const { location } = await browser.submit(found, { all: 'yes' })
    const page = await browser.get(location)
    expect(page.text).toContain('1,000 license packs; the first 20 are listed here')
    const { status, files } = await zipAt(`${location}/packs.zip`)
    expect([status, files.length]).toEqual([200, 1001])
    const list = await browser.get(`${location}/packs`)
    expect(list.all('tbody tr')).toHaveLength(50)
    expect((await browser.get(list.link('Next page'))).all('tbody tr')).toHaveLength(50)
    await owner().execute(sql`update hosts set label = 'NODE-OF-OURS' where id = ${one.host.id}`)
    const more = await browser.get(`${base}?q=node`)
    expect(more.one('#all').hasAttribute('disabled')).toBe(true)
    const refused = await browser.submit(more, { all: 'yes' })
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('Choose 1,000 hosts at most')
    await owner().execute(sql`update hosts set label = 'ALPHA' where id = ${one.host.id}`)
    const given = await owner().select().from(requestPacks)
    expect(given.filter(({ issue }) => issue !== 1)).toEqual([])
  })

  test('many that changed are cut at once, and told as one line of the timeline', async () => {
    await makeMany('CUT', 300)
    await owner().execute(sql`
      insert into host_members (customer_id, host_id, position, id_kind, id_value, is_active)
      select customer_id, id, 1, 'id', right(label, 4), true from hosts where label like 'CUT-%'`)
    await owner().execute(sql`update hosts set is_pack_current = false where label like 'CUT-%'`)
    const page = await browser.submitAndFollow(await browser.get(`${base}?q=cut-`), { all: 'yes' })
    expect(page.text).toContain('made new issues of the license packs of 300 hosts')
    expect(page.all('.g-timeline li').length).toBeLessThan(5)
  })
})

test.each([
  ['a request number', () => shown(one.number), 'request 100-'],
  ['a configuration', () => configuration, 'configuration'],
  ['an order', () => one.entitlement.salesOrderNumber, 'order SO-'],
  ['a host ID with dots', () => '02aa.1000', 'host ID 02-AA-10-00'],
])('a host is found by %s, and the list says what matched', async (_name, text, says) => {
  const [row] = await owner().execute<{ number: string }>(
    sql`select configuration_number as number from configurations where host_id = ${one.host.id}`,
  )
  configuration = row!.number
  const page = await browser.get(`${base}?${new URLSearchParams({ q: text() })}`)
  const found = page.all('tbody tr').find((tr) => tr.textContent?.includes('ALPHA'))
  expect(found?.textContent).toContain(says)
})
let configuration = ''
const shown = (number: number) => String(number).replace(/^(\d{3})(\d{3})(\d{3})$/, '$1-$2-$3')

describe('by e-mail', () => {
  const sent: Message[] = []
  const send = async () => {
    const waiting = await owner().select().from(mails).where(sql`${mails.sentAt} is null`)
    sent.length = 0
    for (const mail of waiting) {
      await sendMail(it.app, { customerId: mail.customerId, mailId: mail.id }, async (message) => {
        sent.push(message)
      })
    }
  }
  const words = ({ text }: Message) => text.replace(/\s+/g, ' ')
  const withPacks = () => sent.filter(({ attachments }) => attachments?.length)

  test('one pack goes as a file, several as a zip, made when the mail is sent; to who asked only', async () => {
    await send()
    const page = await browser.submitAndFollow(await browser.get(base), { host: one.host.id, mail: 'yes' })
    expect(page.document.body.textContent).toContain(`The license packs will be sent to ${email}`)
    await send()
    expect(withPacks().map(({ to }) => to)).toEqual([email])
    const [file] = withPacks()[0]!.attachments!
    expect(file!.filename).toBe('100234_ALPHA_issue-1.lic')
    expect(String(file!.content)).toContain('INCREMENT')
    expect(sent.filter(({ to }) => to === email)).toHaveLength(1)

    await browser.submit(await browser.get(base), { host: [one.host.id, two.host.id], mail: 'yes' })
    const [stored] = await owner().select().from(mails).where(sql`${mails.sentAt} is null`)
    expect(JSON.stringify(stored!.params).length).toBeLessThan(300)
    await send()
    const [zip] = withPacks()[0]!.attachments!
    expect(unzip(zip!.content)).toHaveLength(3)
  })

  test('from the request’s page, by who asked; counts as fetched; a colleague cannot', async () => {
    const { location } = await browser.submit(await browser.get(base), { host: one.host.id })
    const page = await browser.get(location)
    const before = await owner().select().from(activity)
    const answer = await browser.submit(page, {}, `${location}/packs/mail`)
    expect([answer.status, answer.location]).toEqual([303, location])
    const fetched = (await eventsOf(numberIn(location))).filter(({ kind }) => kind === 'pack-fetched')
    expect(fetched.map(({ details }) => details)).toEqual([{ way: 'mail', packs: 1 }])
    const verbs = (await owner().select().from(activity)).slice(before.length).map(({ verb }) => verb)
    expect(verbs).toContain('packs.mailed')
    const both = await it.signIn('both@demo.example')
    const theirs = await both.get(location)
    expect(theirs.all('form[action$="/packs/mail"]')).toHaveLength(0)
    const token = theirs.one('input[name=_csrf]').getAttribute('value')!
    const refused = await both.post(`${location}/packs/mail`, { _csrf: token, _key: crypto.randomUUID() })
    expect(refused.status).toBe(403)
    const count = (await owner().select().from(mails)).length
    const again = await browser.submit(page, {}, `${location}/packs/mail`)
    expect([again.status, (await owner().select().from(mails)).length]).toEqual([303, count])
    await send()
  })

  test.each([
    [
      'whose address is another by then',
      sql`update people set email = 'moved@demo.example' where email = ${email}`,
    ],
    [
      'who may no longer have it',
      sql`delete from privileges where person_id = (select id from people where email = ${email})`,
    ],
    [
      'who left the company',
      sql`delete from associations where person_id = (select id from people where email = ${email})`,
    ],
  ])('to a person %s only the link goes', async (_who, change) => {
    await browser.submit(await browser.get(base), { host: one.host.id, mail: 'yes' })
    const personId = it.cast.people[email]!
    await owner().execute(change)
    await send()
    expect(withPacks()).toEqual([])
    expect(words(sent.find(({ to }) => to === email)!)).toContain('if you may still have them')
    await owner().update(people).set({ email }).where(eq(people.id, personId))
    await owner().execute(sql`
      insert into associations (customer_id, person_id) values (${customerId}, ${personId}) on conflict do nothing`)
    await owner().execute(sql`
      insert into privileges (customer_id, person_id, privilege) values (${customerId}, ${personId}, 'reporting')
      on conflict do nothing`)
  })

  test('more than 10 MB goes as a link', async () => {
    const large = Array.from({ length: 9_000 }, () => crypto.randomUUID()).join('')
    await makeMany('LARGE', 60, large)
    await browser.submit(await browser.get(`${base}?q=large-`), { all: 'yes', mail: 'yes' })
    await send()
    const mail = sent.find(({ to }) => to === email)!
    expect(mail.attachments ?? []).toEqual([])
    expect(words(mail)).toContain('too large for a message')
    expect(mail.text).toMatch(/\/c\/100234\/requests\/\d{9}/)
  })
})
