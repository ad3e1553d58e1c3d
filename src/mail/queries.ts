import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import type { Topic } from '../notifications/topics.ts'
import type { MailTemplate } from './messages.ts'

/** Which mail: of a company, or (without `customerId`) of a person alone. */
export type MailRef = { customerId?: string; mailId: string }

export type ClaimedMail = {
  id: string
  customerId: string | null
  personId: string | null
  toAddress: string
  language: string
  template: MailTemplate
  params: Record<string, unknown>
  topics: Topic[]
  messageId: string
  tries: number
  /** ISO 8601. */
  createdAt: string
  personName: string
  timeZone: string | null
  customerNumber: string
  customerName: string
}

const tableOf = ({ customerId }: MailRef) => (customerId ? sql`mails` : sql`person_mails`)
const isIt = ({ customerId, mailId }: MailRef): SQL =>
  customerId ? sql`m.customer_id = ${customerId} and m.id = ${mailId}` : sql`m.id = ${mailId}`

/**
 * Takes a mail that waits for `seconds`, during which no other process sends it, and counts a try. Its Message-ID is
 * one of the `domain` it is first sent from, and stays so: mail without a domain there is taken for spam. `taken`:
 * another one is at it; undefined: it was sent or refused already, or is not there.
 */
export async function claimMail(
  tx: Db,
  ref: MailRef,
  { seconds, domain }: { seconds: number; domain: string },
): Promise<ClaimedMail | 'taken' | undefined> {
  const isOpen = sql`${isIt(ref)} and m.sent_at is null and m.refused_at is null`
  const claimed = await tx.execute(sql`
    update ${tableOf(ref)} m set claimed_until = now() + make_interval(secs => ${seconds}), tries = tries + 1,
      message_id = case when tries = 0 then '<' || m.id || '@' || ${domain}::text || '>' else message_id end
    where ${isOpen} and (m.claimed_until is null or m.claimed_until < now()) returning id`)
  if (claimed.length > 0) return (await readMail(tx, ref))!
  const waiting = await tx.execute(sql`select id from ${tableOf(ref)} m where ${isOpen}`)
  return waiting.length > 0 ? 'taken' : undefined
}

async function readMail(tx: Db, ref: MailRef): Promise<ClaimedMail | undefined> {
  const company = ref.customerId ? sql`c.id = m.customer_id` : sql`false`
  const [mail] = await tx.execute<ClaimedMail>(sql`
    select m.id, c.id as "customerId", m.person_id as "personId", m.to_address as "toAddress", m.language, m.template,
      m.params, m.topics, m.message_id as "messageId", m.tries, to_json(m.created_at) as "createdAt",
      coalesce(p.name, '') as "personName", p.time_zone as "timeZone",
      coalesce(c.customer_number, '') as "customerNumber", coalesce(c.name, '') as "customerName"
    from ${tableOf(ref)} m
    left join people p on p.id = m.person_id
    left join customers c on ${company}
    where ${isIt(ref)}`)
  return mail
}

export async function markSent(tx: Db, ref: MailRef): Promise<void> {
  await tx.execute(sql`
    update ${tableOf(ref)} m set sent_at = now(), claimed_until = null, refusal = null,
      -- The one-time link is in the reader's mailbox now, and nowhere else.
      params = m.params - 'token'
    where ${isIt(ref)}`)
}

/** Gives a claimed mail back, to be tried again; `words`: what was said against it. */
export async function releaseMail(tx: Db, ref: MailRef, words: string): Promise<void> {
  await tx.execute(sql`
    update ${tableOf(ref)} m set claimed_until = null, refusal = ${words} where ${isIt(ref)} and m.sent_at is null`)
}

/** Gives a mail up: it is not tried again, and the desk sees it. */
export async function giveUpMail(tx: Db, ref: MailRef, words: string): Promise<void> {
  const company = ref.customerId ? sql`c.id = m.customer_id` : sql`false`
  await tx.execute(sql`
    update ${tableOf(ref)} m set refused_at = now(), claimed_until = null, refusal = ${words},
      -- Its one-time link reaches nobody: it need not lie here.
      params = m.params - 'token'
    where ${isIt(ref)} and m.sent_at is null`)
  await tx.execute(sql`
    insert into undelivered_mails (id, person_id, customer_number, to_address, template, tries, refusal, written_at)
    select m.id, p.id, coalesce(c.customer_number, ''), m.to_address, m.template, m.tries, ${words}, m.created_at
    from ${tableOf(ref)} m
    left join people p on p.id = m.person_id
    left join customers c on ${company}
    where ${isIt(ref)} and m.refused_at is not null
    on conflict (id) do nothing`)
}
