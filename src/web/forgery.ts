import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { keyFor } from '../config.ts'
import { Forbidden } from '../errors.ts'
import { formTokenOf } from './form-token.ts'
import { formerSession } from './former-session.ts'
import { findAnswered, weekInSeconds } from './once.ts'

/** The form was not made for this session: it has expired, or another site sent it. */
export class Forged extends Forbidden {
  /** Another site's doing, by what the browser says: then nothing typed is given back. */
  readonly isCrossSite: boolean

  constructor(isCrossSite: boolean) {
    super()
    this.isCrossSite = isCrossSite
  }
}

const cookieName = 'guichet_form'
const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * quality.md 11: refuses a POST that the browser says comes from elsewhere, and always asks for the form's token:
 * bound to the session, or for people not signed in to a signed cookie (so that nothing is stored for them).
 */
export function registerForgery(app: App): void {
  const key = keyFor(app.config, 'form')
  app.decorateReply('formToken', function (this: FastifyReply) {
    return mask(tokenOf(key, this.request, this))
  })
  app.addHook('preValidation', async (request) => {
    // What is not there is not there, whatever was to be done with it.
    if (safe.has(request.method) || request.is404 || request.routeOptions.config.ownToken) return
    if (isCrossSite(app, request)) throw new Forged(true)
    if (hasToken(request, tokenOf(key, request))) return
    const { ofVisitors } = request.routeOptions.config
    if (!ofVisitors || !(await isOfEarlier(app, key, request))) throw new Forged(false)
  })
}

/**
 * Whether a form that signs in was made before this browser got the session it has: for a visitor, or for the session
 * that the form's own first arrival ended. Or it has led into this session already: then whoever sends it knows its
 * key and all that was typed.
 */
async function isOfEarlier(app: App, key: string, request: FastifyRequest): Promise<boolean> {
  if (hasToken(request, visitorTokenOf(key, request))) return true
  const former = formerSession(request)
  if (former && hasToken(request, former.token)) return true
  const { person } = request
  return (
    person !== null && (await findAnswered(app.database.db, request, person.id, weekInSeconds)) !== undefined
  )
}

/** Whether the form that came carries that token, and stood on a page of ours. */
export function isOwnForm(app: App, request: FastifyRequest, token: Buffer): boolean {
  return !isCrossSite(app, request) && hasToken(request, token)
}

function hasToken(request: FastifyRequest, expected: Buffer): boolean {
  const given = (request.body as { _csrf?: unknown } | undefined)?._csrf
  return typeof given === 'string' && matches(given, expected)
}

function isCrossSite(app: App, request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  const origin = request.headers.origin
  if (origin === undefined) return false
  return origin !== `${request.protocol}://${request.host}` && origin !== app.config.baseUrl
}

/** The 32 bytes behind the token: of the session, or of the visitor's cookie (set where a reply is given). */
function tokenOf(key: string, request: FastifyRequest, reply?: FastifyReply): Buffer {
  if (request.person) return formTokenOf(request.server.config, request.session.sessionId)
  return visitorTokenOf(key, request, reply)
}

function visitorTokenOf(key: string, request: FastifyRequest, reply?: FastifyReply): Buffer {
  const sent = request.cookies[cookieName]
  const unsigned = sent ? request.unsignCookie(sent) : undefined
  let visitor = request.visitor ?? (unsigned?.valid ? unsigned.value : undefined)
  if (!visitor && reply) {
    visitor = randomBytes(18).toString('base64url')
    reply.setCookie(cookieName, visitor, {
      signed: true,
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure: 'auto',
    })
  }
  request.visitor = visitor
  return visitor ? hmac(key, `visitor ${visitor}`) : Buffer.alloc(0)
}

function hmac(key: string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** A different text each time for the same token, since pages are compressed (BREACH). */
function mask(token: Buffer): string {
  const pad = randomBytes(token.length)
  return Buffer.concat([pad, xor(token, pad)]).toString('base64url')
}

function matches(given: string, expected: Buffer): boolean {
  const bytes = Buffer.from(given, 'base64url')
  if (expected.length === 0 || bytes.length !== expected.length * 2) return false
  const pad = bytes.subarray(0, expected.length)
  return timingSafeEqual(xor(bytes.subarray(expected.length), pad), expected)
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, i) => byte ^ b[i]!))
}
