import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import type { AsOf } from '../web/as-of.ts'
import type { Format } from '../web/format.ts'

export type Company = {
  name: string
  address_line1: string
  address_line2: string
  postal_code: string
  city: string
  country: string
}

/** A company's name and where it is, or what they were at an instant; as they are where nothing was kept of it. */
export async function findCompany(tx: Db, customerId: string, asOf: AsOf | null): Promise<Company> {
  const columns = sql`name, address_line1, address_line2, postal_code, city, country`
  if (asOf) {
    const [then] = await tx.execute<Company>(sql`
      select ${columns} from customer_versions where customer_id = ${customerId} and recorded_at < ${asOf.end}
      order by recorded_at desc, id desc limit 1`)
    if (then) return then
  }
  const [now] = await tx.execute<Company>(sql`select ${columns} from customers where id = ${customerId}`)
  return now!
}

/** On one line: "12 quai de la Fosse, 44000 Nantes, France"; '' where nothing is known. */
export function addressInWords(
  { address_line1, address_line2, postal_code, city, country }: Company,
  format: Format,
): string {
  const place = [postal_code, city].filter(Boolean).join(' ')
  return [address_line1, address_line2, place, format.country(country)].filter(Boolean).join(', ')
}
