import { asc, eq, sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { identities, issuerDomains, issuers } from '../../schema.ts'

export type Issuer = typeof issuers.$inferSelect & { domains: string[] }

/** What a button needs: the issuer's ID and name. */
export type IssuerRef = { id: string; name: string }

/** By name: as many as tell whether there are too many for a page (hasManyIssuers). */
export async function listIssuers(db: Db): Promise<IssuerRef[]> {
  return db.select({ id: issuers.id, name: issuers.name }).from(issuers).orderBy(asc(issuers.name)).limit(4)
}

/** More than have a button each on the sign-in page. */
export function hasManyIssuers(issuers: readonly IssuerRef[]): boolean {
  return issuers.length > 3
}

/** The issuers an account is linked with. */
export async function issuersOf(db: Db, personId: string): Promise<(IssuerRef & { linkedAt: Date })[]> {
  return db
    .select({ id: issuers.id, name: issuers.name, linkedAt: identities.linkedAt })
    .from(identities)
    .innerJoin(issuers, eq(issuers.id, identities.issuerId))
    .where(eq(identities.personId, personId))
    .orderBy(asc(issuers.name))
}

export async function findIssuer(db: Db, id: string): Promise<Issuer | undefined> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return undefined
  const [row] = await db.select().from(issuers).where(eq(issuers.id, id))
  return row && { ...row, domains: await domainsOf(db, id) }
}

async function domainsOf(db: Db, issuerId: string): Promise<string[]> {
  const rows = await db.select().from(issuerDomains).where(eq(issuerDomains.issuerId, issuerId))
  return rows.map(({ domain }) => domain)
}

/** The issuer that was given the domain of this address, if one was. */
export async function findIssuerFor(
  db: Db,
  email: string,
): Promise<(IssuerRef & { isExclusive: boolean }) | undefined> {
  const [row] = await db
    .select({ id: issuers.id, name: issuers.name, isExclusive: issuers.isExclusive })
    .from(issuerDomains)
    .innerJoin(issuers, eq(issuers.id, issuerDomains.issuerId))
    .where(eq(issuerDomains.domain, domainOf(email)))
  return row
}

/**
 * The issuer by which alone people of this address sign in: no password is taken, set or sent for them. It says
 * nothing of whether there is such an account.
 */
export async function findExclusiveIssuer(db: Db, email: string): Promise<IssuerRef | undefined> {
  const issuer = await findIssuerFor(db, email)
  return issuer?.isExclusive ? issuer : undefined
}

/** Whether an issuer was given the domain of an address; a domain under it is another one. */
export function speaksFor(issuer: Pick<Issuer, 'domains'>, email: string): boolean {
  return issuer.domains.includes(domainOf(email))
}

function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase()
}

/** The account that an issuer means by a subject. */
export async function findIdentity(db: Db, issuerId: string, subject: string): Promise<string | undefined> {
  const [row] = await db.execute<{ personId: string }>(sql`
    update identities set used_at = now() where issuer_id = ${issuerId} and subject = ${subject}
    returning person_id as "personId"`)
  return row?.personId
}
