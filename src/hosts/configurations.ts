import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { jsonRows } from '../sql.ts'

/** What a configuration stands for: a family on a host, under maintenance or not. */
export type ConfigurationOf = { hostId: string; familyId: string; isMaintained: boolean }
export type Configuration = { id: string; number: string }

/** Key of a configuration in the answer of numberConfigurations. */
export function configurationKey({ hostId, familyId, isMaintained }: ConfigurationOf): string {
  return `${hostId} ${familyId} ${isMaintained}`
}

/** The configurations asked for; one that is not there yet gets the next number, which is never reused. */
export async function numberConfigurations(
  tx: Db,
  customerId: string,
  wanted: readonly ConfigurationOf[],
): Promise<Map<string, Configuration>> {
  const distinct = [...new Map(wanted.map((one) => [configurationKey(one), one])).values()]
  const found = await findConfigurations(tx, customerId, distinct)
  // A file of the publisher may have brought a number that the sequence has yet to reach: then the next one is tried.
  for (let missing = distinct; ; ) {
    missing = missing.filter((one) => !found.has(configurationKey(one)))
    if (missing.length === 0) return found
    await addConfigurations(tx, customerId, missing)
    for (const [key, value] of await findConfigurations(tx, customerId, missing)) found.set(key, value)
  }
}

async function findConfigurations(tx: Db, customerId: string, wanted: readonly ConfigurationOf[]) {
  const rows = await tx.execute<ConfigurationOf & Configuration>(sql`
    select c.id, c.configuration_number as "number", c.host_id as "hostId", c.family_id as "familyId",
      c.is_maintained as "isMaintained"
    from configurations c
    join jsonb_to_recordset(${jsonRows(wanted)}) as w ("hostId" uuid, "familyId" uuid, "isMaintained" boolean)
      on c.host_id = w."hostId" and c.family_id = w."familyId" and c.is_maintained = w."isMaintained"
    where c.customer_id = ${customerId}`)
  return new Map(rows.map((row) => [configurationKey(row), { id: row.id, number: row.number }]))
}

async function addConfigurations(
  tx: Db,
  customerId: string,
  wanted: readonly ConfigurationOf[],
): Promise<void> {
  await tx.execute(sql`
    insert into configurations (customer_id, id, configuration_number, host_id, family_id, is_maintained)
    select ${customerId}::uuid, w.id, nextval('configuration_sequence')::text, w."hostId", w."familyId", w."isMaintained"
    from jsonb_to_recordset(${jsonRows(wanted.map((one) => ({ ...one, id: newId() })))})
      as w ("id" uuid, "hostId" uuid, "familyId" uuid, "isMaintained" boolean)
    on conflict do nothing`)
}
