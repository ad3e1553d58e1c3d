import { eq } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { customers } from '../schema.ts'
import type { Format } from '../web/format.ts'

export type Address = {
  addressLine1: string
  addressLine2: string
  postalCode: string
  city: string
  country: string
}

/** Where a company is. */
export async function findAddress(tx: Db, customerId: string): Promise<Address> {
  const { addressLine1, addressLine2, postalCode, city, country } = customers
  const [found] = await tx
    .select({ addressLine1, addressLine2, postalCode, city, country })
    .from(customers)
    .where(eq(customers.id, customerId))
  return found!
}

/** On one line: "12 quai de la Fosse, 44000 Nantes, France"; '' where nothing is known. */
export function addressInWords(
  { addressLine1, addressLine2, postalCode, city, country }: Address,
  format: Format,
) {
  const place = [postalCode, city].filter(Boolean).join(' ')
  return [addressLine1, addressLine2, place, format.country(country)].filter(Boolean).join(', ')
}
