import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'

export type ProvenCustomer = {
  id: string
  number: string
  name: string
  emailDomains: string[]
  firstSupervisedAt: string | null
}

/** The company of that number; undefined where there is none. In a transaction of the desk (asDesk). */
export async function findCustomerByNumber(tx: Db, number: string): Promise<ProvenCustomer | undefined> {
  const [row] = await tx.execute<ProvenCustomer>(sql`
    select id, customer_number as number, name, email_domains as "emailDomains",
           first_supervised_at as "firstSupervisedAt"
    from customers where customer_number = ${number}`)
  return row
}

/** Whether an order or contract of that number is that company's. */
export async function isProof(tx: Db, customerId: string, proof: string): Promise<boolean> {
  const [row] = await tx.execute<{ isProof: boolean }>(sql`
    select exists (select from order_numbers where sales_order_number = ${proof} and customer_id = ${customerId})
        or exists (select from contract_numbers where contract_number = ${proof} and customer_id = ${customerId})
        as "isProof"`)
  return row!.isProof
}
