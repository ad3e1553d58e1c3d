import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { type ReadOptions, readId } from './host-form.ts'
import type { HostId, HostIdProblem } from './host-id.ts'

type Asked = Pick<ReadOptions, 'publisher'> & {
  customerId: string
  text: string
  /** The host it is typed for, or whose successor is: that one may have it. */
  except?: string | undefined
}

/** Reads a host ID as typed and says which active host of the company has it already, if one has. */
export async function checkHostId(
  tx: Db,
  { customerId, text, publisher, except }: Asked,
): Promise<HostIdProblem | (HostId & { host: string | undefined })> {
  const read = readId(text, { publisher })
  if ('problem' in read) return read
  const [taken] = await tx.execute<{ label: string }>(sql`
    select h.label from host_members m
    join hosts h on h.customer_id = m.customer_id and h.id = m.host_id
    where m.customer_id = ${customerId} and m.id_kind = ${read.kind} and m.id_value = ${read.value} and m.is_active
      ${except ? sql`and h.id <> ${except}` : sql``}`)
  return { ...read, host: taken?.label }
}
