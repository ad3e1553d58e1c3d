import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { queueMail } from '../mail/outbox.ts'
import type { RequestKind } from '../requests/record.ts'
import { isAboutPrivileges } from '../requests/scope.ts'
import { isWanted } from './choices.ts'
import { readersOf } from './readers.ts'

/** "Someone's request N is completed", to the colleagues who may see it and want to know; in the same transaction. */
export async function tellColleagues(
  tx: Db,
  {
    customerId,
    personId,
    number,
    kind,
  }: { customerId: string; personId: string; number: number; kind: RequestKind },
): Promise<void> {
  const readers = readersOf(
    [customerId],
    isAboutPrivileges(kind) ? ['supervisor'] : ['licensing', 'reporting'],
  )
  const colleagues = await tx.execute<{ id: string; by: string }>(sql`
    select p.id, (select name from people where id = ${personId}) as by
    ${readers} and p.id <> ${personId} and ${isWanted('company-requests')}
    order by p.id`)
  for (const { id, by } of colleagues) {
    await queueMail(tx, {
      customerId,
      personId: id,
      template: 'company-request',
      params: { number, kind, by },
    })
  }
}
