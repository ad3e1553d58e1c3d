import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { holdsOf, type Person, type Reached, reachedColumns } from '../accounts/access.ts'
import type { Db } from '../db.ts'
import { Conflict, Invalid, NotFound } from '../errors.ts'
import { newId } from '../ids.ts'
import { json } from './choices.ts'

/** Which company (by number), which family, and what; what is left out: all. */
export type FeedFilter = { customer?: string; familyId?: string; only?: 'license' | 'maintenance' }

export type Feed = {
  id: string
  name: string
  filter: FeedFilter
  /** Of the filter's family; null: all, or one that is gone. */
  family: string | null
  /** ISO 8601. */
  renewedAt: string
  expiresAt: string
  isRevoked: boolean
  isEnded: boolean
  lastFetchedOn: string | null
}

const mostFeeds = 10

/** 128 random bits; only `hashOf` it is stored. */
function newToken(): string {
  return randomBytes(16).toString('base64url')
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Makes a calendar; gives its ID and the token of its address, which nobody can find out later. */
export async function addFeed(
  tx: Db,
  personId: string,
  { name, filter }: { name: string; filter: FeedFilter },
): Promise<{ id: string; token: string }> {
  await tx.execute(sql`select id from people where id = ${personId} for update`)
  const feeds = await listFeeds(tx, personId)
  if (feeds.filter((feed) => !feed.isRevoked && !feed.isEnded).length >= mostFeeds) {
    throw new Invalid([{ key: 'notifications.calendar.tooMany', params: { most: mostFeeds } }])
  }
  const [id, token] = [newId(), newToken()]
  await tx.execute(sql`
    insert into calendar_feeds (id, person_id, name, token_hash, filter, expires_at)
    values (${id}, ${personId}, ${name}, ${hashOf(token)}, ${json(filter)}, now() + interval '1 year')`)
  return { id, token }
}

/** A new address for a year; the old one is dead. */
export async function renewFeed(tx: Db, personId: string, id: string): Promise<string> {
  const token = newToken()
  const renewed = await tx.execute(sql`
    update calendar_feeds
    set token_hash = ${hashOf(token)}, renewed_at = now(), expires_at = now() + interval '1 year', revoked_at = null
    where id = ${id} and person_id = ${personId} returning id`)
  if (renewed.length === 0) throw new NotFound()
  return token
}

export async function revokeFeed(tx: Db, personId: string, id: string): Promise<void> {
  const revoked = await tx.execute(sql`
    update calendar_feeds set revoked_at = now()
    where id = ${id} and person_id = ${personId} and revoked_at is null returning id`)
  if (revoked.length > 0) return
  if (!(await listFeeds(tx, personId)).some((feed) => feed.id === id)) throw new NotFound()
  throw new Conflict('notifications.calendar.alreadyRevoked')
}

/** A person's calendars, the first made first. */
export async function listFeeds(db: Db, personId: string): Promise<Feed[]> {
  return db.execute<Feed>(sql`
    select c.id, c.name, c.filter, f.name as family, to_json(c.renewed_at) as "renewedAt",
      to_json(c.expires_at) as "expiresAt", c.revoked_at is not null as "isRevoked", c.expires_at <= now() as "isEnded",
      c.last_fetched_on::text as "lastFetchedOn"
    from calendar_feeds c
    left join families f on f.id::text = c.filter->>'familyId'
    where c.person_id = ${personId}
    order by c.created_at, c.id`)
}

export type FoundFeed = {
  id: string
  name: string
  filter: FeedFilter
  personId: string
  language: string | null
  lastFetchedOn: string | null
}

/** The calendar of a token that is neither revoked nor past its year; undefined else. */
export async function findFeed(db: Db, token: string): Promise<FoundFeed | undefined> {
  const [found] = await db.execute<FoundFeed>(sql`
    select c.id, c.name, c.filter, p.id as "personId", p.language, c.last_fetched_on::text as "lastFetchedOn"
    from calendar_feeds c join people p on p.id = c.person_id
    where c.token_hash = ${hashOf(token)} and c.revoked_at is null and c.expires_at > now()
      and p.confirmed_at is not null`)
  return found
}

export async function noteFetch(db: Db, id: string, today: string): Promise<void> {
  await db.execute(sql`update calendar_feeds set last_fetched_on = ${today}::date where id = ${id}`)
}

/** The person's companies in which they hold Reporting now, by number. Within forPerson. */
export async function listReportingIn(
  tx: Db,
  person: Pick<Person, 'id' | 'isConfirmed'>,
  publisher: { openUntilSupervised: boolean },
  today: string,
): Promise<(Pick<Reached, 'id' | 'number' | 'name'> & { language: string })[]> {
  const rows = await tx.execute<Reached & { language: string } & Record<string, unknown>>(sql`
    select ${reachedColumns(today)}, c.language
    from people p
    join associations a on a.person_id = p.id
    join customers c on c.id = a.customer_id
    where p.id = ${person.id}
    order by c.customer_number`)
  return rows.filter((row) => holdsOf(row, person, publisher).holds.reporting)
}
