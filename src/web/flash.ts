import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'

const cookieName = 'guichet_flash'

/** What a message is about: something that was done, or that something was not. */
export type Tone = 'done' | 'important'

/**
 * A message for the next page ("The plan is saved"), in a signed cookie that lives a minute: nothing is stored.
 * `request.flash(key, params)` leaves one, `reply.takeFlash()` gives its words once.
 */
export function registerFlash(app: App): void {
  app.decorateRequest(
    'flash',
    function (this: FastifyRequest, key: string, params: Record<string, unknown> = {}, tone: Tone = 'done') {
      this.pendingFlash = JSON.stringify([key, params, tone])
    },
  )
  app.decorateRequest('pendingFlash')
  app.decorateReply('takeFlash', function (this: FastifyReply) {
    const { request } = this
    const sent = request.cookies[cookieName]
    const unsigned = sent ? request.unsignCookie(sent) : undefined
    if (!unsigned?.valid) return null
    this.clearCookie(cookieName, { path: '/' })
    const [key, params, tone = 'done'] = JSON.parse(unsigned.value) as [
      string,
      Record<string, unknown>,
      Tone?,
    ]
    return { text: request.t(key, params), tone }
  })
  app.addHook('onSend', async (request, reply) => {
    if (!request.pendingFlash) return
    const options = {
      signed: true,
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      maxAge: 60,
      secure: 'auto',
    } as const
    reply.setCookie(cookieName, request.pendingFlash, options)
  })
}
