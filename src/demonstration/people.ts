import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { people, publisher } from '../schema.ts'

/** Accounts that are no company's contacts. */
const others = [
  { email: 'plain@demo.example', name: 'Paul Simon', isStaff: false },
  { email: 'desk@demo.example', name: 'Denise Klein', isStaff: true },
]

/** Gives the accounts their password, as if each had used its link, and marks the publisher as a demonstration. */
export async function confirmAccounts(tx: Db, passwordHash: string): Promise<void> {
  await tx.insert(people).values(others.map((person) => ({ id: newId(), ...person })))
  await tx
    .update(people)
    .set({ passwordHash, confirmedAt: sql`now()` })
    .where(sql`${people.email} like '%@demo.example'`)
  await tx.update(publisher).set({ isDemonstration: true })
}
