import { sql } from 'drizzle-orm'
import type { Database } from '../../src/db.ts'
import { newId } from '../../src/ids.ts'
import type { Privilege } from '../../src/privileges/list.ts'
import { associations, customers, people, privileges, publisher } from '../../src/schema.ts'
import { hashPassword } from '../../src/sign-in/password.ts'

export type Cast = {
  password: string
  /** IDs by customer number: 100234 (supervised), 100871 (never supervised), 100990 (supervised), 100555 (of strangers). */
  customers: Record<string, string>
  /** IDs by e-mail address. */
  people: Record<string, string>
}

type Member = { email: string; name: string; staff?: boolean; of: Record<string, Privilege[]> }

/** The accounts of domain.md section 10, and a stranger: a person of another company with every privilege there. */
const members: Member[] = [
  { email: 'supervisor@demo.example', name: 'Sylvie Perrin', of: { 100234: ['supervisor'] } },
  { email: 'licensing@demo.example', name: 'Luc Moreau', of: { 100234: ['licensing'] } },
  { email: 'reporting@demo.example', name: 'Rose Lambert', of: { 100234: ['reporting'] } },
  { email: 'both@demo.example', name: 'Bruno Carré', of: { 100234: ['licensing', 'reporting'] } },
  { email: 'none@demo.example', name: 'Nora Petit', of: { 100234: [] } },
  { email: 'open@demo.example', name: 'Odile Guérin', of: { 100871: [] } },
  {
    email: 'several@demo.example',
    name: 'Samuel Roy',
    of: { 100234: ['licensing', 'reporting'], 100871: [], 100990: ['licensing'] },
  },
  { email: 'plain@demo.example', name: 'Paul Simon', of: {} },
  { email: 'desk@demo.example', name: 'Denise Klein', staff: true, of: {} },
  {
    email: 'stranger@demo.example',
    name: 'Sacha Blanc',
    of: { 100555: ['supervisor', 'licensing', 'reporting'] },
  },
]

export const castEmails = members.map(({ email }) => email)

const companies: Record<string, { name: string; city: string; supervised: boolean }> = {
  100234: { name: 'Brasseries Lemaire SA', city: 'Nantes', supervised: true },
  100871: { name: 'Aciéries du Ponant', city: 'Brest', supervised: false },
  100990: { name: 'Nordlicht Anlagenbau GmbH', city: 'Kiel', supervised: true },
  100555: { name: 'Atelier Blanc', city: 'Pau', supervised: true },
}

const password = 'guichet-demo'
const passwordHash = hashPassword(password)

/** Makes the cast in an empty database, as its owner. */
export async function makeCast(owner: Database): Promise<Cast> {
  const hash = await passwordHash
  const cast: Cast = { password, customers: {}, people: {} }
  await owner.transaction(async (tx) => {
    await tx
      .insert(publisher)
      .values({ id: 1, name: 'Halden Software', timeZone: 'Europe/Paris' })
      .onConflictDoUpdate({
        target: publisher.id,
        set: { name: 'Halden Software', timeZone: 'Europe/Paris' },
      })
    for (const [number, { name, city, supervised }] of Object.entries(companies)) {
      const id = newId()
      cast.customers[number] = id
      await tx.insert(customers).values({
        id,
        customerNumber: number,
        name,
        city,
        country: 'FR',
        firstSupervisedAt: supervised ? sql`now()` : null,
      })
    }
    for (const member of members) await makeMember(tx, cast, member, hash)
  })
  return cast
}

async function makeMember(
  tx: Database['db'],
  cast: Cast,
  { email, name, staff = false, of }: Member,
  hash: string,
): Promise<void> {
  const id = newId()
  cast.people[email] = id
  const numbers = Object.keys(of)
  await tx.insert(people).values({
    id,
    email,
    name,
    isStaff: staff,
    passwordHash: hash,
    confirmedAt: sql`now()`,
    primaryCustomerId: numbers[0] ? cast.customers[numbers[0]] : null,
  })
  for (const [number, held] of Object.entries(of)) {
    const customerId = cast.customers[number]!
    await tx.insert(associations).values({ customerId, personId: id })
    for (const privilege of held) await tx.insert(privileges).values({ customerId, personId: id, privilege })
  }
}
