import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { recordPersonActivity } from '../activity/record.ts'
import type { App } from '../app.ts'
import { tellOwner } from '../sign-in/notice.ts'
import { endSessions } from '../sign-in/set-password.ts'
import { readForm } from '../web/forms.ts'
import { signedIn } from '../web/guard.ts'
import type { Translate } from '../web/i18n.ts'
import { actOnce } from '../web/once.ts'
import { hash } from '../web/session-store.ts'
import { deviceOf } from './device.ts'
import { endSession, listSessions } from './sessions.ts'

const EndForm = Type.Object({ session: Type.String({ minLength: 1, maxLength: 64 }) })
const place = '/account/sessions'

/** /account/sessions: where one is signed in; to end one session, or all but this one. */
export function sessionRoutes(app: App): void {
  app.get(place, { config: signedIn }, show)

  app.post(`${place}/ended`, { config: signedIn }, async (request, reply) => {
    const { session } = readForm(request.body, EndForm)
    const personId = request.person!.id
    return actOnce(request, reply, async (tx) => {
      await endSession(tx, personId, session)
      await recordPersonActivity(tx, { personId, verb: 'account.session-ended' })
      request.flash('sessions.ended')
      return place
    })
  })

  app.post(`${place}/others-ended`, { config: signedIn }, async (request, reply) => {
    const personId = request.person!.id
    const here = hash(request.session.sessionId)
    return actOnce(request, reply, async (tx) => {
      await endSessions(tx, personId, here)
      await recordPersonActivity(tx, { personId, verb: 'account.other-sessions-ended' })
      await tellOwner(tx, { personId, template: 'sessions-ended', locale: request.locale })
      request.flash('sessions.othersEnded')
      return place
    })
  })
}

async function show(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { database, config } = request.server
  const here = hash(request.session.sessionId)
  const rows = await listSessions(database.db, request.person!.id, config.sessionIdleMinutes)
  const sessions = rows
    .map((row) => ({ ...row, isHere: row.idHash === here, device: inWords(request.t, row.userAgent) }))
    .sort((a, b) => Number(b.isHere) - Number(a.isHere))
  return reply.page('accounts/sessions', {
    title: request.t('sessions.title'),
    sessions,
    idle: lengthInWords(request.t, config.sessionIdleMinutes),
    whole: lengthInWords(request.t, config.sessionHours * 60),
  })
}

function inWords(t: Translate, userAgent: string): string {
  const device = deviceOf(userAgent)
  if (!device) return t('sessions.unknown')
  const { browser, system } = device
  return browser && system ? t('sessions.device', { browser, system }) : (browser ?? system)!
}

/** In whole days, hours or minutes, whichever fits without a rest. */
function lengthInWords(t: Translate, minutes: number): string {
  const [unit, count] =
    minutes % 1440 === 0
      ? ['days', minutes / 1440]
      : minutes % 60 === 0
        ? ['hours', minutes / 60]
        : ['minutes', minutes]
  return t(`sessions.${unit}`, { count })
}
