import { eq, sql } from 'drizzle-orm'
import { workOnAccountRequest } from '../../src/requests/account/jobs.ts'
import { accountRequests, contractNumbers, orderNumbers } from '../../src/schema.ts'
import type { TestApp } from './app.ts'
import type { Visitor } from './visitor.ts'

/** An order and a contract of each company of the cast: `SO-<number>`, `SC-<number>`; and the domain demo.example. */
export async function makeProofs(it: TestApp): Promise<void> {
  for (const [number, customerId] of Object.entries(it.cast.customers)) {
    const { db } = it.db.owner
    await db
      .insert(orderNumbers)
      .values({ salesOrderNumber: `SO-${number}`, customerId })
      .onConflictDoNothing()
    await db
      .insert(contractNumbers)
      .values({ contractNumber: `SC-${number}`, customerId })
      .onConflictDoNothing()
  }
  await it.db.owner.db.execute(sql`update customers set email_domains = '{demo.example}'`)
}

/** Sends the form; gives the number, and the answer that led to its page. */
export async function tryUpgrade(browser: Visitor, customerNumber: string, proof: string, word = '') {
  const form = await browser.get('/account/upgrade')
  const answer = await browser.submit(form, { customerNumber, proof, word }, '/account/upgrade')
  return { answer, number: Number(answer.location.split('/').at(-1)) }
}

export async function findStored(it: TestApp, number: number) {
  const [stored] = await it.db.owner.db
    .select()
    .from(accountRequests)
    .where(eq(accountRequests.number, number))
  return stored!
}

/** The job that the try left behind. */
export async function examine(it: TestApp, number: number): Promise<void> {
  const { id } = await findStored(it, number)
  await workOnAccountRequest(it.app, { requestId: id, step: 'examine' })
}

type Job = { step: string; requestId?: string; circular?: never; text?: string }

/** Does the jobs of people's requests that are due now. */
export async function doJobs(it: TestApp): Promise<void> {
  for (;;) {
    const due = await it.db.owner.db.execute<{ id: string; data: Job }>(sql`
      delete from pgboss.job where name = 'account-requests' and state < 'active' and start_after <= now()
      returning id, data`)
    if (due.length === 0) return
    for (const { data } of due) await workOnAccountRequest(it.app, data as never)
  }
}

/** Addresses and templates of the mail stored so far, as `template address`, sorted. */
export async function listMails(it: TestApp): Promise<string[]> {
  const rows = await it.db.owner.db.execute<{ line: string }>(sql`
    select template || ' ' || to_address as line from mails
    union all select template || ' ' || to_address from person_mails order by 1`)
  return rows.map(({ line }) => line)
}

export async function forgetMails(it: TestApp): Promise<void> {
  await it.db.owner.db.execute(sql`delete from mails`)
  await it.db.owner.db.execute(sql`delete from person_mails`)
}
