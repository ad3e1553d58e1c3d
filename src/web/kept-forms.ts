import { and, desc, eq, gt, isNull, notInArray, sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import type { Database } from '../db.ts'
import { newId } from '../ids.ts'
import { keptForms, people } from '../schema.ts'
import { seal, unseal } from '../sign-in/seal.ts'
import { type TypedField, typedFields } from './failures.ts'
import { isOwnForm } from './forgery.ts'
import type { FormerSession } from './former-session.ts'
import { text } from './forms.ts'
import { localPath } from './local-path.ts'

/** Where a request is led to before it may act, and the session that its form was made for. */
export type LedTo = { place: string; session: FormerSession }

export type KeptForm = { action: string; fields: TypedField[] }

/** Where a kept form is given back. */
export const keptPath = '/sign-in/kept/'
const keptHours = 1
const mostKept = 20

/** Leads a GET to `place` and back; a POST goes on until its form has been read, and no further (keepLedForm). */
export function lead(
  request: FastifyRequest,
  reply: FastifyReply,
  place: string,
  session: LedTo['session'],
): FastifyReply | undefined {
  if (request.method === 'POST') {
    request.ledTo = { place, session }
    return undefined
  }
  return reply.leadTo(`${place}${request.url === '/' ? '' : `?to=${encodeURIComponent(request.url)}`}`)
}

/** Keeps a form whose sender has to sign in (again) first: nothing is done with it (quality.md 11). */
export async function keepLedForm(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { ledTo } = request
  if (!ledTo) return
  const { place, session } = ledTo
  if (!isOwnForm(app, request, session.token)) {
    // A form that is not of this session is refused as such by web/forgery.ts.
    return request.person ? undefined : reply.leadTo(place)
  }
  const to = isOfSigningIn(request)
    ? localPath(text((request.body as { to?: unknown }).to))
    : await keepForm(app, session.personId, { action: request.url, fields: typedFields(request.body) })
  return reply.leadTo(to === '/' ? place : `${place}?to=${encodeURIComponent(to)}`)
}

// Such a form holds nothing but what is never kept: a password, a code.
function isOfSigningIn({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url!.startsWith('/sign-in/')
}

/** Where the form will be given back; '/' where the person is gone. */
async function keepForm(app: App, personId: string, form: KeptForm): Promise<string> {
  const { database, config } = app
  const id = newId()
  const fields = seal(config, 'seal', `form ${id} ${personId}`, JSON.stringify(form.fields))
  const kept = await database.transaction(async (tx) => {
    const [person] = await tx
      .select({ id: people.id })
      .from(people)
      .where(and(eq(people.id, personId), isNull(people.deletedAt)))
    if (!person) return false
    await tx.insert(keptForms).values({ id, personId, action: localPath(form.action), fields })
    const newest = tx
      .select({ id: keptForms.id })
      .from(keptForms)
      .where(eq(keptForms.personId, personId))
      .orderBy(desc(keptForms.createdAt), desc(keptForms.id))
      .limit(mostKept)
    await tx.delete(keptForms).where(and(eq(keptForms.personId, personId), notInArray(keptForms.id, newest)))
    return true
  })
  return kept ? keptPath + id : '/'
}

/** The form, for the person who sent it, for an hour. */
export async function findKeptForm(
  { database, config }: { database: Database; config: App['config'] },
  personId: string,
  id: string,
): Promise<KeptForm | undefined> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return undefined
  const [row] = await database.db
    .select({ action: keptForms.action, fields: keptForms.fields })
    .from(keptForms)
    .where(
      and(
        eq(keptForms.id, id),
        eq(keptForms.personId, personId),
        gt(keptForms.createdAt, sql`now() - make_interval(hours => ${keptHours}::int)`),
      ),
    )
  const fields = row && unseal(config, 'seal', `form ${id} ${personId}`, row.fields)
  return fields ? { action: row.action, fields: JSON.parse(fields) } : undefined
}
