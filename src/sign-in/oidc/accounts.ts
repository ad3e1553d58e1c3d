import { createHash, randomBytes } from 'node:crypto'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import { recordPersonActivity } from '../../activity/record.ts'
import type { Db } from '../../db.ts'
import { newId } from '../../ids.ts'
import { queuePersonMail } from '../../mail/outbox.ts'
import { identities, identityLinks, issuers, people } from '../../schema.ts'
import { isLocale, type Locale } from '../../web/i18n.ts'
import { tellOwner } from '../notice.ts'
import type { Claims } from './exchange.ts'
import { findIdentity, findIssuer, type Issuer, speaksFor } from './issuers.ts'
import { linkHours } from './link-hours.ts'
import { SingleSignOnRefused } from './refused.ts'

type Account = typeof people.$inferSelect

/**
 * domain.md section 7: an issuer speaks only for the domains given to it, of addresses it has verified, and for staff
 * only where it is the publisher's own.
 */
export function checkClaims(issuer: Issuer, claims: Claims): void {
  if (!speaksFor(issuer, claims.email)) throw new SingleSignOnRefused('domain', issuer.issuer)
  if (!claims.isVerified) throw new SingleSignOnRefused('unverified', issuer.issuer)
}

/** Who signs in: the linked account or a new one; null where the account was there before and its owner is asked by mail. */
export async function findOrMake(
  tx: Db,
  issuer: Issuer,
  claims: Claims,
  language: Locale,
): Promise<Account | null> {
  const linked = await findIdentity(tx, issuer.id, claims.subject)
  const where = linked ? eq(people.id, linked) : eq(people.email, claims.email)
  const [person] = await tx.select().from(people).where(where)
  if (!person) return makeAccount(tx, issuer, claims, language)
  checkAccount(issuer, person)
  if (linked) return person
  await refuseSecondSubject(tx, issuer, person)
  await mailLink(tx, issuer, claims.subject, person, language)
  return null
}

// Also of a linked account: who has left a company, and changed the address, is no longer its to speak for.
function checkAccount(issuer: Issuer, person: Account): void {
  if (!speaksFor(issuer, person.email)) throw new SingleSignOnRefused('otherAddress', person.id)
  if (person.isStaff && !issuer.isStaffIssuer) throw new SingleSignOnRefused('staff', person.id)
}

async function refuseSecondSubject(tx: Db, issuer: Issuer, person: Account): Promise<void> {
  const mine = and(eq(identities.issuerId, issuer.id), eq(identities.personId, person.id))
  const [other] = await tx.select({ subject: identities.subject }).from(identities).where(mine)
  if (other) throw new SingleSignOnRefused('otherSubject', person.id)
}

async function makeAccount(tx: Db, issuer: Issuer, claims: Claims, language: Locale): Promise<Account> {
  const { email, name } = claims
  const [person] = await tx
    .insert(people)
    .values({ id: newId(), email, name, language, confirmedAt: sql`now()` })
    .onConflictDoNothing()
    .returning()
  // Two at once: the second starts over, and finds the account.
  if (!person) throw new SingleSignOnRefused('expired', 'two at once')
  await link(tx, issuer, claims.subject, person.id)
  return person
}

async function link(tx: Db, issuer: { id: string; name: string }, subject: string, personId: string) {
  const linked = await tx
    .insert(identities)
    .values({ issuerId: issuer.id, subject, personId })
    .onConflictDoNothing()
    .returning({ personId: identities.personId })
  if (linked.length === 0) throw new SingleSignOnRefused('taken', personId)
  await recordPersonActivity(tx, {
    personId,
    verb: 'account.issuer-linked',
    details: { issuer: issuer.name },
  })
}

/** Links the account of somebody who is signed in, and tells them by mail. */
export async function linkOwn(
  tx: Db,
  issuer: Issuer,
  claims: Claims,
  { personId, locale }: { personId: string; locale: Locale },
): Promise<void> {
  const [person] = await tx.select().from(people).where(eq(people.id, personId))
  checkAccount(issuer, person!)
  if (claims.email !== person!.email) throw new SingleSignOnRefused('otherAddress', personId)
  await refuseSecondSubject(tx, issuer, person!)
  await link(tx, issuer, claims.subject, personId)
  await tellOwner(tx, { personId, template: 'issuer-linked', params: { issuer: issuer.name }, locale })
}

async function mailLink(tx: Db, issuer: Issuer, subject: string, person: Account, language: Locale) {
  const token = randomBytes(24).toString('base64url')
  await tx.insert(identityLinks).values({
    tokenHash: hashOf(token),
    issuerId: issuer.id,
    subject,
    personId: person.id,
    email: person.email,
    expiresAt: sql`now() + make_interval(hours => ${linkHours}::int)`,
  })
  await queuePersonMail(tx, {
    personId: person.id,
    to: person.email,
    language: isLocale(person.language) ? person.language : language,
    template: 'confirm-single-sign-on',
    params: { token, issuer: issuer.name },
  })
}

/** What a mailed link would link; undefined where it is unknown, used, too old, or the account's address is another. */
export async function findLink(db: Db, token: string) {
  const [row] = await db
    .select({ email: people.email, issuer: issuers.name })
    .from(identityLinks)
    .innerJoin(people, eq(people.id, identityLinks.personId))
    .innerJoin(issuers, eq(issuers.id, identityLinks.issuerId))
    .where(and(isGood(token), eq(people.email, identityLinks.email)))
  return row
}

/**
 * Links the account as its owner confirmed. Of an account whose address nobody had confirmed the password goes: somebody
 * else may have set it. They are told by mail. Gives the issuer, to sign in there; undefined where the link is no longer
 * good.
 */
export async function useLink(tx: Db, token: string, locale: Locale): Promise<Issuer | undefined> {
  const [used] = await tx.update(identityLinks).set({ usedAt: sql`now()` }).where(isGood(token)).returning()
  if (!used) return undefined
  const [person] = await tx.select().from(people).where(eq(people.id, used.personId))
  const issuer = await findIssuer(tx, used.issuerId)
  if (!issuer || person?.email !== used.email) return undefined
  checkAccount(issuer, person)
  await link(tx, issuer, used.subject, person.id)
  if (!person.confirmedAt) {
    const confirmed = { confirmedAt: sql`now()`, passwordHash: null }
    await tx.update(people).set(confirmed).where(eq(people.id, person.id))
  }
  const params = { issuer: issuer.name }
  await tellOwner(tx, { personId: person.id, template: 'issuer-linked', params, locale })
  return issuer
}

function isGood(token: string) {
  return and(
    eq(identityLinks.tokenHash, hashOf(token)),
    isNull(identityLinks.usedAt),
    gt(identityLinks.expiresAt, sql`now()`),
  )
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
