import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import { Invalid, NotFound } from '../errors.ts'
import { mailLimits } from '../sign-in/mail-limits.ts'
import { countAct } from '../sign-in/throttle.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { open, signedIn } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { EmailField, readAddress } from './address.ts'
import {
  askEmailChange,
  cancelEmailChanges,
  changeHours,
  confirmEmailChange,
  findLinkedChange,
  findWaitingChange,
} from './email-changes.ts'

const EmailForm = Type.Object({ email: EmailField })

/** Change of the e-mail address, confirmed at both: asked for here, confirmed where the mailed links lead. */
export function emailRoutes(app: App): void {
  const config = { ...signedIn, fresh: true }
  app.get('/account/email', { config }, (request, reply) => showEmail(request, reply, [], {}))

  app.post('/account/email', { config: { ...config, redisplay: showEmail } }, async (request, reply) => {
    const { email: typed } = readForm(request.body, EmailForm)
    const newEmail = readAddress(typed)
    const { id: personId, email } = request.person!
    if (newEmail === email) throw new Invalid([{ field: 'email', key: 'accounts.email.same' }])
    const mine = { key: `email change ${personId}`, tries: 10, minutes: 60 }
    return actOnce(request, reply, async (tx) => {
      await countAct(tx, [mine, ...mailLimits(request, newEmail)])
      await askEmailChange(tx, { personId, newEmail, ...teller(request) })
      request.flash('accounts.email.asked')
      return '/account/email'
    })
  })

  app.post('/account/email/cancellation', { config: signedIn }, (request, reply) =>
    actOnce(request, reply, async (tx) => {
      await cancelEmailChanges(tx, request.person!.id)
      request.flash('accounts.email.calledOff')
      return '/account'
    }),
  )

  linkRoutes(app)
}

/** Scanners of mail open links: only the forms on the page change anything. */
function linkRoutes(app: App): void {
  const quiet = { config: open, logLevel: 'warn' } as const
  const path = '/email-change/:token'
  app.get(path, quiet, (request, reply) => showLinked(request, reply))

  app.post(`${path}/confirmation`, quiet, (request, reply) =>
    actOnce(request, reply, async (tx) => {
      await confirmEmailChange(tx, tokenOf(request), teller(request))
      return `/email-change/${tokenOf(request)}`
    }),
  )

  app.post(`${path}/cancellation`, quiet, (request, reply) =>
    actOnce(request, reply, async (tx) => {
      const { change, side } = await findLinkedChange(tx, tokenOf(request))
      if (side !== 'old') throw new NotFound()
      await cancelEmailChanges(tx, change.personId)
      return `/email-change/${tokenOf(request)}`
    }),
  )
}

async function showEmail(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
): Promise<FastifyReply> {
  const { id, email } = request.person!
  return reply.page('accounts/email', {
    title: request.t('accounts.section.email'),
    problems,
    values: { email: values.email },
    email,
    hours: changeHours,
    waiting: await findWaitingChange(request.server.database.db, id),
  })
}

async function showLinked(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
  const { t, server } = request
  try {
    const { change, side } = await findLinkedChange(server.database.db, tokenOf(request))
    const isConfirmed = Boolean(side === 'old' ? change.oldConfirmedAt : change.newConfirmedAt)
    const state = change.doneAt
      ? 'done'
      : change.cancelledAt
        ? 'calledOff'
        : isConfirmed
          ? 'confirmed'
          : 'open'
    return reply.page('accounts/email-change', {
      title: t(`accounts.emailChange.title.${state}`),
      state,
      side,
      isLast: change.newConfirmedAt ? 'yes' : 'no',
      newEmail: change.newEmail,
      action: `/email-change/${tokenOf(request)}`,
    })
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    return reply.code(404).page('accounts/email-change', {
      title: t('accounts.emailChange.title.dead'),
      state: 'dead',
    })
  }
}

function tokenOf(request: FastifyRequest): string {
  return (request.params as { token: string }).token
}

function teller(request: FastifyRequest) {
  return { publisher: request.server.publisher().name, locale: request.locale }
}
