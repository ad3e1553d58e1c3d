import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { Invalid } from '../errors.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { open } from '../web/guard.ts'
import { codeLimitsFor } from './browser.ts'
import { acceptForm, findAccepted } from './same-form.ts'
import { takeCode } from './second-factor/queries.ts'
import { useRecoveryCode } from './second-factor/use-recovery-code.ts'
import { findPending, finishSignIn, forgetPending } from './steps.ts'
import { forgetTries, refuseTooMany } from './throttle.ts'

const CodeForm = Type.Object({ code: Type.String({ minLength: 1, maxLength: 40 }) })
const RecoveryForm = Type.Object({ recoveryCode: Type.String({ minLength: 1, maxLength: 40 }) })

/** The second page of signing in: a code of the app, or a recovery code. Nobody is signed in before. */
export function secondStepRoutes(app: App): void {
  app.get('/sign-in/second-factor', { config: open }, (request, reply) => showCode(request, reply, []))
  app.get('/sign-in/recovery', { config: open }, (request, reply) => showRecovery(request, reply, []))

  // A second click on them may come when the first has signed in.
  const config = { ...open, ofVisitors: true } as const
  app.post('/sign-in/second-factor', { config: { ...config, redisplay: showCode } }, (request, reply) =>
    takeStep(app, request, reply, {
      wrong: { field: 'code', key: 'second-factor.wrongCode' },
      take: (tx, { id }) => takeCode(tx, app.config, id, readForm(request.body, CodeForm).code),
    }),
  )

  app.post('/sign-in/recovery', { config: { ...config, redisplay: showRecovery } }, (request, reply) =>
    takeStep(app, request, reply, {
      wrong: { field: 'recoveryCode', key: 'second-factor.wrongRecovery' },
      take: async (tx, { id }) => {
        const { recoveryCode } = readForm(request.body, RecoveryForm)
        const typed = { personId: id, code: recoveryCode, locale: request.locale }
        const left = await useRecoveryCode(tx, app.config, typed)
        if (left !== undefined) request.flash('second-factor.recoveryUsed', { left })
        return left !== undefined
      },
    }),
  )
}

type Step = {
  /** False where what was typed is wrong, or was taken before. */
  take: (tx: Db, person: { id: string }) => Promise<boolean>
  wrong: { field: string; key: string }
}

async function takeStep(app: App, request: FastifyRequest, reply: FastifyReply, step: Step) {
  const pending = await findPending(app, request)
  if (!pending) return startAgain(request, reply)
  const { db } = app.database
  const limits = codeLimitsFor(request, pending.person.email)
  await refuseTooMany(request, limits)
  const { person, to } = pending
  const taken = await app.database.transaction(async (tx) =>
    (await step.take(tx, person)) ? { isRepeated: await acceptForm(tx, request, person.id, to) } : undefined,
  )
  // What the first click on this form has taken is good for the second.
  const isRepeated = taken?.isRepeated ?? (await findAccepted(db, request, person.id)) !== undefined
  if (!taken && !isRepeated) throw new Invalid([step.wrong])
  await forgetTries(db, limits[0]!.key)
  forgetPending(reply)
  return finishSignIn(request, reply, { ...pending, isRepeated })
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
async function startAgain(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { person, server } = request
  if (person) return reply.redirect((await findAccepted(server.database.db, request, person.id)) ?? '/', 303)
  request.flash('second-factor.tooLate', {}, 'important')
  return reply.redirect('/sign-in', 303)
}
