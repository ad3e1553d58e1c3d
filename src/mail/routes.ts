import { sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { staff } from '../web/guard.ts'
import { pageOf, pageSize, placeIn } from '../web/paging.ts'

/** What the desk sees of mail: which messages did not reach anyone, and why. */
export function mailRoutes(app: App): void {
  app.get('/desk/mail', { config: staff }, showUndelivered)
}

export type Undelivered = {
  id: string
  /** ISO 8601. */
  at: string
  writtenAt: string
  toAddress: string
  personName: string
  customerNumber: string
  template: string
  tries: number
  refusal: string
}

async function showUndelivered(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { after } = request.query as { after?: unknown }
  const rows = await listUndelivered(request.server.database.db, placeIn(after))
  const page = pageOf(rows, ({ at, id }) => [at, id])
  return reply.page('mail/undelivered', {
    title: request.t('mail.undelivered.title'),
    mails: page.rows,
    next: page.next && `/desk/mail?after=${page.next}`,
    first: after ? '/desk/mail' : undefined,
  })
}

/** The latest first; from below the given key (instant, ID). */
async function listUndelivered(db: Db, after?: [at: string, id: string]): Promise<Undelivered[]> {
  return db.execute<Undelivered>(sql`
    select u.id, to_json(u.at) as at, to_json(u.written_at) as "writtenAt", u.to_address as "toAddress",
      coalesce(p.name, '') as "personName", u.customer_number as "customerNumber", u.template, u.tries, u.refusal
    from undelivered_mails u left join people p on p.id = u.person_id
    where ${after ? sql`(u.at, u.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql`true`}
    order by u.at desc, u.id desc limit ${pageSize + 1}`)
}
