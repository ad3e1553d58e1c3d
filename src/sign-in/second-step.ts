import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import { Invalid } from '../errors.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { open } from '../web/guard.ts'
import { localPath } from '../web/local-path.ts'
import { codeLimitsFor } from './browser.ts'
import { takeCode } from './second-factor/queries.ts'
import { useRecoveryCode } from './second-factor/use-recovery-code.ts'
import { findPending, finishSignIn, forgetPending } from './steps.ts'
import { countTry, forgetTries } from './throttle.ts'

const CodeForm = Type.Object({ code: Type.String({ minLength: 1, maxLength: 40 }) })
const RecoveryForm = Type.Object({ recoveryCode: Type.String({ minLength: 1, maxLength: 40 }) })

/** The second page of signing in: a code of the app, or a recovery code. Nobody is signed in before. */
export function secondStepRoutes(app: App): void {
  app.get('/sign-in/second-factor', { config: open }, (request, reply) => showCode(request, reply, []))
  app.get('/sign-in/recovery', { config: open }, (request, reply) => showRecovery(request, reply, []))

  app.post('/sign-in/second-factor', { config: { ...open, redisplay: showCode } }, (request, reply) =>
    takeStep(app, request, reply, {
      show: showCode,
      take: async ({ id }) => {
        const { code } = readForm(request.body, CodeForm)
        if (!(await takeCode(app.database.db, app.config, id, code)))
          throw new Invalid([{ field: 'code', key: 'second-factor.wrongCode' }])
      },
    }),
  )

  app.post('/sign-in/recovery', { config: { ...open, redisplay: showRecovery } }, (request, reply) =>
    takeStep(app, request, reply, {
      show: showRecovery,
      take: async ({ id }) => {
        const { recoveryCode } = readForm(request.body, RecoveryForm)
        const typed = { personId: id, code: recoveryCode, locale: request.locale }
        const left = await app.database.transaction((tx) => useRecoveryCode(tx, app.config, typed))
        if (left === undefined)
          throw new Invalid([{ field: 'recoveryCode', key: 'second-factor.wrongRecovery' }])
        request.flash('second-factor.recoveryUsed', { left })
      },
    }),
  )
}

type Step = {
  show: (request: FastifyRequest, reply: FastifyReply, problems: Problem[]) => Promise<FastifyReply>
  /** Throws Invalid where what was typed is wrong. */
  take: (person: { id: string }) => Promise<void>
}

async function takeStep(app: App, request: FastifyRequest, reply: FastifyReply, { show, take }: Step) {
  const pending = await findPending(app, request)
  if (!pending) return startAgain(request, reply)
  const { db } = app.database
  const limits = codeLimitsFor(request, pending.person.email)
  const minutes = await countTry(db, limits)
  if (minutes) {
    reply.code(429).header('retry-after', String(minutes * 60))
    return show(request, reply, [{ message: request.t('sign-in.tooMany', { minutes }) }])
  }
  await take(pending.person)
  await forgetTries(db, limits[0]!.key)
  forgetPending(reply)
  return finishSignIn(request, reply, pending)
}

async function showCode(request: FastifyRequest, reply: FastifyReply, problems: Problem[]) {
  return showStep(request, reply, problems, 'sign-in/second-factor', 'second-factor.askTitle')
}

async function showRecovery(request: FastifyRequest, reply: FastifyReply, problems: Problem[]) {
  return showStep(request, reply, problems, 'sign-in/recovery', 'second-factor.recoveryTitle')
}

async function showStep(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  view: string,
  title: string,
): Promise<FastifyReply> {
  const pending = await findPending(request.server, request)
  if (!pending) return startAgain(request, reply)
  reply.header('cache-control', 'no-store')
  return reply.page(view, { title: request.t(title), problems, email: pending.person.email })
}

/** Too late, or never begun: from the first page on; whoever has arrived meanwhile is not asked again. */
function startAgain(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (request.person) return reply.redirect(localPath('/'), 303)
  request.flash('second-factor.tooLate')
  return reply.redirect('/sign-in', 303)
}
