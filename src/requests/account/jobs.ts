import { eq } from 'drizzle-orm'
import { declineWrongProof, examineUpgrade } from '../../accounts/upgrade/examine.ts'
import type { App } from '../../app.ts'
import type { Db } from '../../db.ts'
import { actFor, asDesk } from '../../desk/scope.ts'
import { queueMail } from '../../mail/outbox.ts'
import { type Circular, tellBatch } from '../../mail/tell-contacts.ts'
import { tellDesk } from '../../mail/tell-desk.ts'
import { listAbleSupervisors } from '../../privileges/asked.ts'
import { accountRequests, people } from '../../schema.ts'

export type AccountRequestJob =
  | { requestId: string; step: 'examine' }
  | { requestId: string; step: 'decline' }
  | { requestId: string; step: 'tell'; text: string }
  | { step: 'circular'; circular: Circular }

/** What is done about a person's requests after the page has answered. */
export async function workOnAccountRequest(
  app: Pick<App, 'database'>,
  job: AccountRequestJob,
): Promise<void> {
  const { database } = app
  if (job.step === 'circular') {
    const { circular } = job
    const options = { deadlineMs: 30_000 }
    await database.forCustomer(circular.customerId, (tx) => tellBatch(tx, circular), options)
    return
  }
  await database.transaction(async (tx) => {
    if (job.step === 'examine') await examineUpgrade(tx, job.requestId)
    else if (job.step === 'decline') await declineWrongProof(tx, job.requestId)
    else await tellWritten(tx, job.requestId, job.text)
  })
}

/** Tells those who decide what the person wrote. */
async function tellWritten(tx: Db, requestId: string, text: string): Promise<void> {
  await asDesk(tx, 'counter')
  const [found] = await tx
    .select({ request: accountRequests, person: people })
    .from(accountRequests)
    .innerJoin(people, eq(people.id, accountRequests.personId))
    .where(eq(accountRequests.id, requestId))
  if (!found) return
  const { request, person } = found
  const params = { number: request.number, kind: request.kind, name: person.name || person.email, text }
  if (request.decider === 'desk' || !request.customerId) return await tellDesk(tx, 'desk-message', params)
  await actFor(tx, request.customerId)
  for (const personId of await listAbleSupervisors(tx, request.customerId)) {
    const { customerId } = request
    await queueMail(tx, { customerId, personId, template: 'upgrade-message', params })
  }
}
