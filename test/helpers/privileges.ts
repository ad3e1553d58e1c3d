import { and, eq } from 'drizzle-orm'
import type { Privilege } from '../../src/privileges/list.ts'
import { associations, privileges } from '../../src/schema.ts'
import type { TestApp } from './app.ts'
import type { Answer, Visitor } from './visitor.ts'

type Of = { customerId: string; personId: string }

/** What a person holds in a company, as 'licensing' or 'licensing until 2027-01-31', by name. */
export async function heldBy(t: TestApp, { customerId, personId }: Of): Promise<string[]> {
  const rows = await t.db.owner.db
    .select({ privilege: privileges.privilege, until: privileges.until })
    .from(privileges)
    .where(and(eq(privileges.customerId, customerId), eq(privileges.personId, personId)))
    .orderBy(privileges.privilege)
  return rows.map(({ privilege, until }) => (until ? `${privilege} until ${until}` : privilege))
}

export async function isMember(t: TestApp, { customerId, personId }: Of): Promise<boolean> {
  const rows = await t.db.owner.db
    .select({ at: associations.createdAt })
    .from(associations)
    .where(and(eq(associations.customerId, customerId), eq(associations.personId, personId)))
  return rows.length > 0
}

/** Puts a privilege there, or takes it away, past every rule. */
export async function setHeld(t: TestApp, of: Of, held: Privilege[]): Promise<void> {
  const { customerId, personId } = of
  await t.db.owner.db
    .delete(privileges)
    .where(and(eq(privileges.customerId, customerId), eq(privileges.personId, personId)))
  for (const privilege of held)
    await t.db.owner.db.insert(privileges).values({ customerId, personId, privilege })
}

/** Sends the form of a person's page with exactly these boxes ticked; comes to the preview, or to the form again. */
export async function wish(
  visitor: Visitor,
  base: string,
  personId: string,
  fields: Record<string, string>,
): Promise<Answer> {
  const page = await visitor.get(`${base}/people/${personId}`)
  const boxes = { supervisor: '', licensing: '', reporting: '', licensingUntil: '', reportingUntil: '' }
  const answer = await visitor.submit(page, { ...boxes, ...fields }, `${base}/people/${personId}`)
  return answer.status === 303 ? visitor.open(answer.location) : answer
}
