import { sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { sendJob, sendJobs } from '../jobs/send.ts'
import { isWanted } from '../notifications/choices.ts'
import { type Topic, topicsOf } from '../notifications/topics.ts'
import { mails, personMails } from '../schema.ts'
import { uuidArray } from '../sql.ts'
import type { MailTemplate } from './messages.ts'

type NewLetter = {
  template: MailTemplate
  /** What the message's words take; stored as JSON. */
  params: Record<string, unknown>
}

export type NewMail = NewLetter & {
  customerId: string
  personId: string
  /** What it is about that the receiver may have turned off; by default by template (notifications/topics.ts). */
  topics?: readonly Topic[]
}

export type NewPersonMail = NewLetter & {
  /** Null: nobody's address yet. */
  personId: string | null
  /** Need not be confirmed: who may be written to is for the caller to know. */
  to: string
  language: 'en' | 'fr'
}

/**
 * Writes a message in the transaction of the act it tells of and queues its sending. Only a confirmed address gets
 * mail, and what its owner did not turn off. Returns the mail's ID, or null where none is sent.
 */
export async function queueMail(tx: Db, mail: NewMail): Promise<string | null> {
  const { customerId, personId, template, params, topics = topicsOf(template) } = mail
  const receiver = await findReceiver(tx, mail, topics)
  if (!receiver) return null
  const { email: toAddress, language } = receiver
  const id = newId()
  const letter = {
    id,
    personId,
    toAddress,
    language,
    template,
    params,
    topics: [...topics],
    messageId: messageId(id),
  }
  await tx.insert(mails).values({ customerId, ...letter })
  await sendJob(tx, 'send-mail', { customerId, mailId: id })
  return id
}

/** What tells of a company's requests: nothing for who has left it meanwhile. */
const ofMembers: ReadonlySet<MailTemplate> = new Set([
  'request-completed',
  'request-held',
  'request-declined',
  'request-question',
  'request-message',
  'approval-asked',
  'plan-handed',
])

const atOnce = 200

/** The same for many, to receivers that were found already: it is sent whatever they chose. */
export async function queueMails(
  tx: Db,
  many: (NewMail & { to: string; language: string; topics: readonly Topic[] })[],
): Promise<void> {
  const rows = many.map(({ to: toAddress, topics, ...mail }) => {
    const id = newId()
    return { ...mail, id, toAddress, topics: [...topics], messageId: messageId(id) }
  })
  for (let from = 0; from < rows.length; from += atOnce) {
    await tx.insert(mails).values(rows.slice(from, from + atOnce))
  }
  await sendJobs(
    tx,
    'send-mail',
    rows.map(({ customerId, id }) => ({ customerId, mailId: id })),
  )
}

/**
 * The same for mail that belongs to no company, or goes to an address not yet confirmed. In any transaction. Returns
 * the mail's ID.
 */
export async function queuePersonMail(tx: Db, mail: NewPersonMail): Promise<string> {
  const { personId, to, language, template, params } = mail
  const id = newId()
  const letter = { id, personId, toAddress: to, language, template, params, messageId: messageId(id) }
  await tx.insert(personMails).values(letter)
  await sendJob(tx, 'send-mail', { mailId: id })
  return id
}

// Its domain is known at the first try, which settles it (queries.ts): whatever is sent again is the same message.
function messageId(id: string): string {
  return `<${id}@guichet>`
}

async function findReceiver(tx: Db, mail: NewMail, topics: readonly Topic[]) {
  const { customerId, personId, template } = mail
  const [found] = await listReceivers(tx, customerId, [personId], topics)
  if (!found || !ofMembers.has(template)) return found
  const member = await tx.execute(sql`
    select from associations where customer_id = ${customerId} and person_id = ${personId}`)
  return member.length > 0 ? found : undefined
}

/** Those of these people who have a confirmed address and want mail about one of the topics (about none: always). */
export async function listReceivers(
  tx: Db,
  customerId: string,
  personIds: readonly string[],
  topics: readonly Topic[],
): Promise<{ personId: string; email: string; language: string }[]> {
  const wants = topics.length > 0 ? sql.join(topics.map(isWanted), sql` or `) : sql`true`
  return tx.execute<{ personId: string; email: string; language: string }>(sql`
    select p.id as "personId", p.email, coalesce(p.language, c.language, 'en') as language
    from people p
    left join customers c on c.id = ${customerId}
    left join notification_choices own on own.person_id = p.id
    left join company_notification_choices company
      on company.customer_id = ${customerId} and company.person_id = p.id
    where p.id = any(${uuidArray(personIds)}) and p.confirmed_at is not null and (${wants})`)
}
