import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { EmailField, readAddress } from '../accounts/address.ts'
import type { App } from '../app.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { open } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { type Asked, mailAccountLink } from './account-mail.ts'
import { mailLimits } from './mail-limits.ts'
import { countAct } from './throttle.ts'

const MailForm = Type.Object({ email: EmailField })

/** Register and Forgotten password: a form for an address, to which the answer goes by mail. */
export function askForMailRoutes(app: App): void {
  askRoutes(app, '/register', 'register')
  askRoutes(app, '/forgotten-password', 'forgotten')
}

function askRoutes(app: App, path: string, asked: Asked): void {
  const show = (
    request: FastifyRequest,
    reply: FastifyReply,
    problems: Problem[],
    values: Record<string, unknown>,
  ) =>
    reply.page(`sign-in/${asked}`, {
      title: request.t(`sign-in.${asked}.title`),
      problems,
      values: { email: values.email },
    })

  app.get(path, { config: open }, (request, reply) => show(request, reply, [], {}))

  app.post(path, { config: { ...open, redisplay: show } }, async (request, reply) => {
    const { email: typed } = readForm(request.body, MailForm)
    const email = readAddress(typed)
    return actOnce(request, reply, async (tx) => {
      await countAct(tx, mailLimits(request, email))
      await mailAccountLink(tx, { email, asked, locale: request.locale, publisher: app.publisher().name })
      return `${path}/mailed`
    })
  })

  app.get(`${path}/mailed`, { config: open }, (request, reply) =>
    reply.page('sign-in/mailed', {
      title: request.t('sign-in.mailed.title'),
      what: request.t(`sign-in.mailed.${asked}`),
      again: path,
    }),
  )
}
