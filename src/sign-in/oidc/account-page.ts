import { and, eq } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { recordPersonActivity } from '../../activity/record.ts'
import type { App } from '../../app.ts'
import type { Db } from '../../db.ts'
import { Conflict, Invalid, NotFound } from '../../errors.ts'
import { identities, people } from '../../schema.ts'
import { type Problem, readForm } from '../../web/forms.ts'
import { signedIn } from '../../web/guard.ts'
import { actOnce } from '../../web/once.ts'
import { tellOwner } from '../notice.ts'
import { findExclusiveIssuer, findIssuer, findIssuerFor, issuersOf } from './issuers.ts'
import { leaveFor } from './routes.ts'

const IssuerForm = Type.Object({ issuer: Type.String({ minLength: 36, maxLength: 36 }) })
const address = '/account/single-sign-on'

/** /account/single-sign-on: with which issuers the account is linked; link, unlink. */
export function singleSignOnRoutes(app: App): void {
  const risky = { ...signedIn, fresh: true, redisplay: show }

  app.get(address, { config: signedIn }, (request, reply) => show(request, reply, []))

  app.post(`${address}/links`, { config: risky }, async (request, reply) => {
    const { issuer } = readForm(request.body, IssuerForm)
    return leaveFor(request, reply, issuer, 'link', address)
  })

  app.post(`${address}/ended-links`, { config: risky }, async (request, reply) => {
    const { issuer } = readForm(request.body, IssuerForm)
    return actOnce(request, reply, async (tx) => {
      await unlink(tx, request, issuer)
      request.flash('single-sign-on.unlinked')
      return address
    })
  })
}

/** Throws Invalid where nothing would be left to sign in with. */
async function unlink(tx: Db, { person: reader, locale }: FastifyRequest, issuerId: string): Promise<void> {
  const { id, email } = reader!
  const issuer = await findIssuer(tx, issuerId)
  if (!issuer) throw new NotFound()
  const [person] = await tx.select().from(people).where(eq(people.id, id)).for('update')
  const exclusive = await findExclusiveIssuer(tx, email)
  const others = (await issuersOf(tx, id)).filter((one) => one.id !== issuerId)
  if ((!person!.passwordHash || exclusive) && others.length === 0) {
    const key = exclusive ? 'single-sign-on.onlyWay' : 'single-sign-on.noPassword'
    throw new Invalid([{ key, params: { issuer: issuer.name } }])
  }
  const mine = and(eq(identities.issuerId, issuerId), eq(identities.personId, id))
  const gone = await tx.delete(identities).where(mine).returning({ subject: identities.subject })
  if (gone.length === 0) throw new Conflict('single-sign-on.notLinked')
  const details = { issuer: issuer.name }
  await recordPersonActivity(tx, { personId: id, verb: 'account.issuer-unlinked', details })
  await tellOwner(tx, { personId: id, template: 'issuer-unlinked', params: details, locale })
}

async function show(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
): Promise<FastifyReply> {
  const { db } = request.server.database
  const { id, email } = request.person!
  const [linked, offered] = await Promise.all([issuersOf(db, id), findIssuerFor(db, email)])
  const isLinked = linked.some((one) => one.id === offered?.id)
  return reply.page('accounts/single-sign-on', {
    title: request.t('single-sign-on.title'),
    problems,
    email,
    linked,
    offered: isLinked ? undefined : offered,
  })
}
