import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { Invalid, NotFound } from '../errors.ts'
import { newId } from '../ids.ts'
import { chosenPerson } from '../web/choose-person.ts'
import { checkCountry, checkEmail, checkPhone } from './address-fields.ts'
import { changedLines, recordChange } from './record-change.ts'

/** A company's address and contact as its form has them; every field is text, '' where nothing is known. */
export type CompanyPlace = {
  addressLine1: string
  addressLine2: string
  postalCode: string
  city: string
  region: string
  country: string
  phone: string
  email: string
  /** ID of the contact to ask about licenses. */
  contact: string
}

/** As stored; with `lock`, until the transaction ends. */
export async function findCompanyPlace(
  tx: Db,
  customerId: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<CompanyPlace> {
  const [row] = await tx.execute<CompanyPlace>(sql`
    select c.address_line1 as "addressLine1", c.address_line2 as "addressLine2", c.postal_code as "postalCode", c.city,
      c.region, c.country, c.phone, c.email, coalesce(c.contact_id::text, '') as contact
    from customers c where c.id = ${customerId} ${lock ? sql`for no key update` : sql``}`)
  if (!row) throw new NotFound()
  return row
}

export type CompanyPerson = { id: string; name: string; email: string; phone: string }

/** The company's people who can be its contact, by name. */
export async function listContacts(tx: Db, customerId: string): Promise<CompanyPerson[]> {
  return tx.execute<CompanyPerson>(sql`
    select p.id, coalesce(nullif(p.name, ''), p.email) as name, p.email, p.phone
    from associations a join people p on p.id = a.person_id
    where a.customer_id = ${customerId} and p.deleted_at is null and not a.awaits_confirmation
    order by lower(coalesce(nullif(p.name, ''), p.email)), p.id`)
}

/**
 * Changes a company's address and contact, as a request that is done at once. What is changed here stays at later
 * loads (imports/kept.ts). A new address stands in the head of every pack: those that were cut are no longer current.
 * Throws Invalid with every problem beside its field.
 */
export async function changeCompany(
  tx: Db,
  {
    customerId,
    personId,
    mark,
    values: sent,
  }: { customerId: string; personId: string; mark: string; values: CompanyPlace },
): Promise<{ id: string; number: number }> {
  const before = await findCompanyPlace(tx, customerId, { lock: true })
  const isKept = sent.contact === '' || sent.contact === before.contact
  const chosen = isKept ? undefined : chosenPerson(await listContacts(tx, customerId), sent.contact)
  const contact = isKept ? sent.contact : (chosen?.id ?? '')
  const values = { ...sent, contact }
  const problems = [
    ...checkCountry(values.country),
    ...checkPhone(values.phone),
    ...checkEmail(values.email),
    ...(isKept || chosen ? [] : [{ field: 'contact', key: 'addresses.contact.unknown' }]),
  ]
  if (problems.length > 0) throw new Invalid(problems)
  const lines = changedLines(before, values, mark)
  const request = await recordChange(tx, { customerId, personId, details: { of: 'company', lines } })
  await tx.execute(sql`
    update customers set address_line1 = ${values.addressLine1}, address_line2 = ${values.addressLine2},
      postal_code = ${values.postalCode}, city = ${values.city}, region = ${values.region}, country = ${values.country},
      phone = ${values.phone}, email = ${values.email}, contact_id = ${contact || null}::uuid
    where id = ${customerId}`)
  if (lines.some(({ field }) => !['phone', 'email', 'contact'].includes(field)))
    await keepVersion(tx, customerId)
  return request
}

/** Hosts are locked in the order of their IDs, as every writer does. */
async function keepVersion(tx: Db, customerId: string): Promise<void> {
  await tx.execute(sql`
    insert into customer_versions (customer_id, id, name, address_line1, address_line2, postal_code, city, region, country)
    select id, ${newId()}::uuid, name, address_line1, address_line2, postal_code, city, region, country
    from customers where id = ${customerId}`)
  await tx.execute(sql`
    with locked as (
      select id from hosts where customer_id = ${customerId} and is_pack_current order by id for no key update
    )
    update hosts h set is_pack_current = false from locked
    where h.customer_id = ${customerId} and h.id = locked.id`)
}
