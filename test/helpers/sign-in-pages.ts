import { eq, sql } from 'drizzle-orm'
import { newId } from '../../src/ids.ts'
import { identities, identityLinks, issuerDomains, issuers, secondFactors } from '../../src/schema.ts'
import { codeAt, stepAt } from '../../src/sign-in/second-factor/totp.ts'
import { startHostileIssuer } from './hostile-issuer.ts'
import type { PageState } from './pages.ts'
import { giveSecondFactor } from './second-factor.ts'
import type { Stage } from './stage.ts'
import type { Answer, Visitor } from './visitor.ts'

const email = 'none@demo.example'
const place = '/account/second-factor'
const state = (name: string, open: (stage: Stage) => Promise<Answer>, status = 200): PageState => ({
  name,
  status,
  open,
})
const at = (name: string, who: string, address: string, status = 200) =>
  state(name, async (stage) => (await stage.as(who)).open(address), status)

/** Pages of signing in further than by a password: second factor, again, single sign-on, sessions. */
export const signInPages: PageState[] = [
  at('sessions', 'several', '/account/sessions'),
  at('second factor, none', 'none', place),
  at('second factor, setting up', 'none', `${place}/new`),
  state(
    'second factor, wrong first code',
    async (stage) => {
      const browser = await stage.as('none')
      return browser.submit(await browser.get(`${place}/new`), { code: '1' }, place)
    },
    422,
  ),
  state('second factor, recovery codes', (stage) => withNew(stage, async ({ codes }) => codes)),
  state('second factor, recovery codes gone', (stage) =>
    withNew(stage, async ({ browser, codes }) => {
      await browser.submit(codes, {}, `${place}/kept-codes`)
      return browser.get(`${place}/recovery-codes`)
    }),
  ),
  state('second factor, on', (stage) => withNew(stage, async ({ browser }) => browser.get(place))),
  state('second step', (stage) => secondStep(stage, (browser) => browser.get('/sign-in/second-factor'))),
  state(
    'second step, wrong',
    (stage) =>
      secondStep(stage, async (browser) =>
        browser.submit(await browser.get('/sign-in/second-factor'), { code: '1' }),
      ),
    422,
  ),
  state('recovery code', (stage) => secondStep(stage, (browser) => browser.get('/sign-in/recovery'))),
  state(
    'recovery code, wrong',
    (stage) =>
      secondStep(stage, async (browser) =>
        browser.submit(await browser.get('/sign-in/recovery'), { recoveryCode: '' }),
      ),
    422,
  ),
  state('sign in again', (stage) => stale(stage, (browser) => browser.get(`/sign-in/again?to=${place}`))),
  state(
    'sign in again, wrong',
    (stage) =>
      stale(stage, async (browser) =>
        browser.submit(await browser.get('/sign-in/again'), { password: 'x' }, '/sign-in/again'),
      ),
    422,
  ),
  state('a kept form', (stage) =>
    stale(stage, async (browser) => {
      const token = { _csrf: (await browser.get(place)).one('input[name=_csrf]').getAttribute('value')! }
      const kept = await browser.post(`${place}/removals`, { ...token, note: 'as typed' })
      const password = stage.t.cast.password
      return browser.submitAndFollow(await browser.get(kept.location), { password }, '/sign-in/again')
    }),
  ),
  at('second factor of a company', 'supervisor', '/c/100234/people/second-factor'),
  at('single sign-on, none', 'none', '/account/single-sign-on'),
  state('single sign-on, offered', (stage) =>
    withIssuer(stage, async () => (await stage.as('both')).get('/account/single-sign-on')),
  ),
  state('single sign-on, linked', (stage) =>
    withIssuer(stage, async (issuerId) => {
      const personId = stage.t.cast.people['both@demo.example']!
      await stage.t.db.owner.db.insert(identities).values({ issuerId, subject: 'x', personId })
      return (await stage.as('both')).get('/account/single-sign-on')
    }),
  ),
  state('sign in, with an issuer', (stage) =>
    withIssuer(stage, async () => (await stage.as('')).get('/sign-in')),
  ),
  state('sign in, with many issuers', (stage) =>
    withIssuer(stage, async () => {
      const { db } = stage.t.db.owner
      const others = ['Nord', 'Ponant', 'Sud'].map((name) => ({
        ...{ id: newId(), name, issuer: `https://${name}.example`, clientId: 'guichet' },
      }))
      await db.insert(issuers).values(others)
      const answer = await (await stage.as('')).get('/sign-in')
      for (const { id } of others) await db.delete(issuers).where(eq(issuers.id, id))
      return answer
    }),
  ),
  at('sign in, by company', '', '/sign-in/company'),
  state(
    'sign in, by company, none',
    async (stage) => {
      const browser = await stage.as('')
      return browser.submit(await browser.get('/sign-in/company'), { email: 'x@nowhere.example' })
    },
    422,
  ),
  state('on to an issuer', (stage) =>
    withIssuer(stage, async (id) => {
      const browser = await stage.anew('')
      const answer = await browser.submit(await browser.get('/sign-in'), {}, `/sign-in/at/${id}`)
      // It leaves at once; here it is looked at.
      delete answer.headers.refresh
      return answer
    }),
  ),
  at('single sign-on, refused', '', '/sign-in/refused/domain', 403),
  at('single sign-on, link sent', '', '/sign-in/link-sent'),
  at('single sign-on, link dead', '', '/sign-in/link/none', 404),
  state('single sign-on, link', (stage) =>
    withIssuer(stage, async (issuerId) => {
      const personId = stage.t.cast.people['both@demo.example']!
      const link = { issuerId, subject: 'y', personId, email: 'both@demo.example' }
      // SHA-256 of 'x'.
      const tokenHash = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'
      await stage.t.db.owner.db
        .insert(identityLinks)
        .values({ ...link, tokenHash, expiresAt: sql`now() + interval '1 hour'` })
      return (await stage.as('')).get('/sign-in/link/x')
    }),
  ),
]

/** A browser of its own in which a second factor was just set up; without it again at the end. */
async function withNew(
  stage: Stage,
  use: (it: { browser: Visitor; codes: Answer }) => Promise<Answer>,
): Promise<Answer> {
  const { db } = stage.t.db.owner
  const personId = stage.t.cast.people['plain@demo.example']!
  const browser = await stage.anew('plain')
  const page = await browser.get(`${place}/new`)
  const key = page.all('.g-secret code').map((part) => part.textContent)
  const code = codeAt(fromBase32(key.join('')), stepAt(new Date()))
  const codes = await browser.submitAndFollow(page, { code }, place)
  const answer = await use({ browser, codes })
  await db.delete(secondFactors).where(eq(secondFactors.personId, personId))
  // Setting it up has ended the others.
  await db.execute(sql`update sessions set revoked_at = null where person_id = ${personId}`)
  return answer
}

async function secondStep(stage: Stage, use: (browser: Visitor) => Promise<Answer>): Promise<Answer> {
  const { config, db, cast } = stage.t
  const browser = await stage.anew('')
  await giveSecondFactor({ config, owner: db.owner }, email)
  await browser.submit(await browser.get('/sign-in'), { email, password: cast.password }, '/sign-in')
  const answer = await use(browser)
  await db.owner.db.delete(secondFactors).where(eq(secondFactors.personId, cast.people[email]!))
  return answer
}

/** A browser whose password was given an hour ago. */
async function stale(stage: Stage, use: (browser: Visitor) => Promise<Answer>): Promise<Answer> {
  const browser = await stage.anew('none')
  await stage.t.db.owner.db.execute(sql`
    update sessions set authenticated_at = now() - interval '1 hour'
    where person_id = ${stage.t.cast.people[email]!}`)
  const answer = await use(browser)
  await stage.t.db.owner.db.execute(sql`update sessions set authenticated_at = now()`)
  return answer
}

async function withIssuer(stage: Stage, use: (id: string) => Promise<Answer>): Promise<Answer> {
  const { db } = stage.t.db.owner
  const issuer = await startHostileIssuer('guichet')
  const id = newId()
  await db
    .insert(issuers)
    .values({ id, issuer: issuer.issuer, name: 'Brasseries Lemaire', clientId: 'guichet' })
  await db.insert(issuerDomains).values({ domain: 'demo.example', issuerId: id })
  const answer = await use(id)
  await db.delete(issuers).where(eq(issuers.id, id))
  await issuer.close()
  return answer
}

function fromBase32(text: string): Buffer {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...text].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
