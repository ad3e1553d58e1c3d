import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { recordPersonActivity } from '../../activity/record.ts'
import type { App } from '../../app.ts'
import { Invalid, TooMany } from '../../errors.ts'
import { type Problem, readForm, text } from '../../web/forms.ts'
import { signedIn } from '../../web/guard.ts'
import { localPath } from '../../web/local-path.ts'
import { actOnce } from '../../web/once.ts'
import { qrPath } from '../../web/qr/path.ts'
import { hash } from '../../web/session-store.ts'
import { codeLimitsFor } from '../browser.ts'
import { tellOwner } from '../notice.ts'
import { countForm, forgetTries } from '../throttle.ts'
import * as factors from './queries.ts'
import { base32, otpauthUri } from './totp.ts'

const ConfirmForm = Type.Object({
  code: Type.String({ minLength: 1, maxLength: 40 }),
  to: Type.String({ maxLength: 4000 }),
})

const place = '/account/second-factor'
const codesPlace = `${place}/recovery-codes`

/** /account/second-factor: an authenticator app and its recovery codes. */
export function secondFactorRoutes(app: App): void {
  const { db } = app.database
  const risky = { ...signedIn, fresh: true, beforeSecondFactor: true }
  const reading = { ...signedIn, beforeSecondFactor: true }

  app.get(place, { config: reading }, async (request, reply) => {
    const state = await factors.findSecondFactor(db, request.person!.id)
    const title = request.t('second-factor.title')
    return reply.page('accounts/second-factor', { title, ...state, isRequired: isRequired(request) })
  })

  app.get(`${place}/new`, { config: risky }, async (request, reply) => {
    if (request.access!.hasSecondFactor) return reply.redirect(place, 303)
    return showSetUp(request, reply, [], request.query as Record<string, unknown>)
  })

  app.post(place, { config: { ...risky, redisplay: showSetUp } }, async (request, reply) => {
    const { code, to } = readForm(request.body, ConfirmForm)
    const { id, email } = request.person!
    const limits = codeLimitsFor(request, email)
    const minutes = await countForm(request, limits)
    const here = hash(request.session.sessionId)
    const done = await actOnce(request, reply, async (tx) => {
      // Here, so that the same form a second time answers as the first did.
      if (minutes) throw new TooMany(minutes, 'sign-in.tooMany')
      const entered = { personId: id, code, here }
      if (!(await factors.confirmSecondFactor(tx, app.config, entered)))
        throw new Invalid([{ field: 'code', key: 'second-factor.wrongFirstCode' }])
      await recordPersonActivity(tx, { personId: id, verb: 'account.second-factor-set-up' })
      await tellOwner(tx, { personId: id, template: 'second-factor-set-up', locale: request.locale })
      return withTo(codesPlace, to)
    })
    await forgetTries(db, limits[0]!.key)
    return done
  })

  app.get(codesPlace, { config: { ...signedIn, fresh: true } }, async (request, reply) => {
    const codes = await factors.findShownCodes(db, app.config, request.person!.id)
    reply.header('cache-control', 'no-store')
    const to = localPath(text((request.query as { to?: string }).to))
    return reply.page('accounts/recovery-codes', {
      title: request.t('second-factor.codesTitle'),
      codes,
      values: { to },
      onward: to === '/' ? place : to,
      email: request.person!.email,
    })
  })

  app.post(codesPlace, { config: { ...signedIn, fresh: true } }, (request, reply) =>
    actOnce(request, reply, async (tx) => {
      const personId = request.person!.id
      await factors.replaceRecoveryCodes(tx, app.config, personId)
      await recordPersonActivity(tx, { personId, verb: 'account.recovery-codes-replaced' })
      await tellOwner(tx, { personId, template: 'recovery-codes-replaced', locale: request.locale })
      return codesPlace
    }),
  )

  app.post(`${place}/kept-codes`, { config: signedIn }, async (request, reply) => {
    await factors.forgetShownCodes(db, request.person!.id)
    const to = localPath(text((request.body as { to?: unknown }).to))
    request.flash('second-factor.kept')
    return reply.redirect(to === '/' ? place : to, 303)
  })

  app.post(`${place}/removals`, { config: { ...signedIn, fresh: true } }, (request, reply) =>
    actOnce(request, reply, async (tx) => {
      const personId = request.person!.id
      if (await factors.removeSecondFactor(tx, personId)) {
        await recordPersonActivity(tx, { personId, verb: 'account.second-factor-removed' })
        await tellOwner(tx, { personId, template: 'second-factor-removed', locale: request.locale })
      }
      request.flash('second-factor.removed')
      return place
    }),
  )
}

/** Who must have one sees so, before and after. */
function isRequired({ access }: FastifyRequest): boolean {
  return access!.requiresSecondFactor
}

function withTo(path: string, to: string): string {
  const back = localPath(to)
  return back === '/' ? path : `${path}?to=${encodeURIComponent(back)}`
}

async function showSetUp(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
): Promise<FastifyReply> {
  const { database, config, publisher } = request.server
  const { id, email } = request.person!
  const secret = await database.transaction((tx) => factors.beginSecondFactor(tx, config, id))
  const uri = otpauthUri({ secret, issuer: publisher().name, account: email })
  reply.header('cache-control', 'no-store')
  return reply.page('accounts/second-factor-new', {
    title: request.t('second-factor.setUpTitle'),
    problems,
    values: { to: text(values.to) },
    key: base32(secret).match(/.{1,4}/g),
    uri,
    qr: qrPath(uri),
    isRequired: isRequired(request),
  })
}
