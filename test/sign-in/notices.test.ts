import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { noticeMessages } from '../../src/mail/messages/notices.ts'
import { identities, identityLinks, issuerDomains, issuers, personActivity } from '../../src/schema.ts'
import { linkOwn, useLink } from '../../src/sign-in/oidc/accounts.ts'
import { findIssuer } from '../../src/sign-in/oidc/issuers.ts'
import { replaceRecoveryCodes } from '../../src/sign-in/second-factor/queries.ts'
import { type TestApp, testApp } from '../helpers/app.ts'
import { runGuichet } from '../helpers/command.ts'
import { lastMailTo, mailTo, wordsOf } from '../helpers/person-mail.ts'
import { giveSecondFactor, nextCode } from '../helpers/second-factor.ts'

const place = '/account/second-factor'
const email = 'both@demo.example'
const password = 'guichet-demo'
const issuer = 'https://login.demo.example'
const slow = { timeout: 90_000 }

let t: TestApp
let issuerId: string
beforeAll(async () => {
  t = await testApp()
  issuerId = newId()
  await t.db.owner.db.insert(issuers).values({ id: issuerId, issuer, name: 'Lemaire', clientId: 'guichet' })
  await t.db.owner.db.insert(issuerDomains).values({ domain: 'demo.example', issuerId })
})
afterAll(() => t.close())

const site = () => ({ config: t.config, owner: t.db.owner })
const personId = () => t.cast.people[email]!
const templates = async () => (await mailTo(t, email)).map(({ template }) => template)
const lastWords = async () => wordsOf(t, await lastMailTo(t, email))
const claims = { subject: 's', email, isVerified: true, name: '', authenticatedAt: undefined }

describe('whoever’s account it is learns by mail that', () => {
  test('a second factor was set up, its recovery codes made anew, and it was removed', async () => {
    const browser = await t.signIn(email)
    await browser.get(`${place}/new`)
    await giveSecondFactor(site(), email)
    await browser.submit(await browser.get(place), {}, `${place}/recovery-codes`)
    await browser.submit(await browser.get(place), {}, `${place}/removals`)
    expect((await templates()).slice(-2)).toEqual(['recovery-codes-replaced', 'second-factor-removed'])
    const { text, subject } = await lastWords()
    expect(subject).toBe('The second factor of your account was removed')
    expect(text).toContain('the license counter of Halden Software')
    expect(text).toContain(`${t.config.baseUrl}/forgotten-password`)
  })

  test('a recovery code was used, to sign in and to sign in again; a wrong one tells nobody', async () => {
    await giveSecondFactor(site(), email)
    const codes = async () => {
      await t.db.database.transaction((tx) => replaceRecoveryCodes(tx, t.config, personId()))
      const browser = await t.signIn(email)
      const page = await browser.get(`${place}/recovery-codes`)
      return page.all('main code').map((code) => code.textContent!)
    }
    const [first, second] = await codes()
    const before = (await mailTo(t, email)).length
    const browser = t.visitor()
    await browser.submit(await browser.get('/sign-in'), { email, password }, '/sign-in')
    await browser.submit(await browser.get('/sign-in/recovery'), { recoveryCode: 'AAAAA-AAAAA' })
    expect((await mailTo(t, email)).length).toBe(before)
    await browser.submit(await browser.get('/sign-in/recovery'), { recoveryCode: first! })
    expect((await templates()).slice(before)).toEqual(['recovery-code-used'])
    expect((await lastWords()).text).toContain('9 are left')
    const again = await signInAgainForm(browser)
    expect((await browser.submit(again, { password, code: second! }, '/sign-in/again')).status).toBe(303)
    expect((await templates()).slice(before)).toEqual(['recovery-code-used', 'recovery-code-used'])
  })

  /** The page as it is shown where the last sign-in was a while ago. */
  async function signInAgainForm(browser: Awaited<ReturnType<TestApp['signIn']>>) {
    await t.db.owner.sql`update sessions set authenticated_at = now() - interval '1 hour'`
    return browser.get('/sign-in/again')
  }

  test('all other sessions were ended', async () => {
    const browser = await t.visitor()
    await browser.signIn(email, password, () => nextCode(site(), email))
    await browser.submit(await browser.get('/account/sessions'), {}, '/account/sessions/others-ended')
    expect((await templates()).at(-1)).toBe('sessions-ended')
  })

  test('an issuer was linked, by themselves or by a mailed link, and unlinked', async () => {
    const it = (await findIssuer(t.db.database.db, issuerId))!
    const own = { personId: personId(), locale: 'fr' as const }
    await t.db.database.transaction((tx) => linkOwn(tx, it, claims, own))
    expect((await lastMailTo(t, email)).language).toBe('fr')
    expect((await lastWords()).subject).toBe('Votre compte s’ouvre avec Lemaire')
    const browser = t.visitor()
    await browser.signIn(email, password, () => nextCode(site(), email))
    const page = await browser.get('/account/single-sign-on')
    await browser.submit(page, { issuer: issuerId }, '/account/single-sign-on/ended-links')
    expect((await templates()).slice(-2)).toEqual(['issuer-linked', 'issuer-unlinked'])
    // SHA-256 of 'x'.
    const tokenHash = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'
    const expiresAt = new Date(Date.now() + 3_600_000)
    const link = { tokenHash, issuerId, subject: 's', personId: personId(), email, expiresAt }
    await t.db.owner.db.insert(identityLinks).values(link)
    await t.db.database.transaction((tx) => useLink(tx, 'x', 'en'))
    expect((await templates()).at(-1)).toBe('issuer-linked')
  })

  test(
    'the operator took the second factor away, or removed the issuer; both stand in their record',
    slow,
    async () => {
      expect((await runGuichet(t.db, ['staff', 'reset-second-factor', email])).code).toBe(0)
      expect((await lastWords()).text).toContain('Who runs the license counter of Halden Software')
      const removed = await runGuichet(t.db, ['issuer', 'remove', issuer])
      expect([removed.code, removed.err]).toEqual([0, expect.stringContaining('told by mail: 1.')])
      expect((await templates()).at(-1)).toBe('issuer-unlinked')
      const { db } = t.db.owner
      expect(await db.select().from(identities).where(eq(identities.personId, personId()))).toEqual([])
      const mine = await db.select().from(personActivity).where(eq(personActivity.personId, personId()))
      expect(mine.filter(({ details }) => details['by'] === 'operator').map(({ verb }) => verb)).toEqual([
        'account.second-factor-removed',
        'account.issuer-unlinked',
      ])
    },
  )
})

test.each(['en', 'fr'])('each notice is said whole, in %s', async (language) => {
  const mail = await lastMailTo(t, email)
  for (const template of Object.keys(noticeMessages)) {
    for (const by of ['owner', 'operator']) {
      const params = { publisher: 'Halden Software', issuer: 'Lemaire', left: 1, by }
      const { subject, text } = wordsOf(t, { ...mail, language, template, params })
      expect(subject.length).toBeGreaterThan(10)
      expect(`${subject} ${text}`).not.toMatch(/notices\.|undefined|[{}]/)
    }
  }
})
