import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { Conflict, Forbidden, Invalid, Refusal, TooMany } from '../errors.ts'
import { toolAt } from '../overview/tools.ts'
import { listSupervisors } from '../privileges/queries.ts'
import { labelled } from './field-labels.ts'
import { Forged } from './forgery.ts'
import type { Problem } from './forms.ts'
import { localPath } from './local-path.ts'
import { sayProblem } from './say-problem.ts'
import { speak } from './views.ts'

/** Shows a form again with what was typed and what is wrong with it; stated in the config of the route it posts to. */
export type Redisplay = (
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) => unknown

/** One place for all that goes wrong: the status, a page in the reader's language, and a log line for faults of ours. */
export function registerFailures(app: App): void {
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    try {
      return await answer(error, request, reply)
    } catch (fault) {
      // A form or refusal that reads what it shows, and the database is gone by then.
      if (reply.sent) throw fault
      return faultPage(fault as FastifyError, request, reply)
    }
  })
  app.setNotFoundHandler(notThere)
}

function notThere(request: FastifyRequest, reply: FastifyReply): unknown {
  const unslashed = withoutLastSlash(request)
  return unslashed ? reply.redirect(unslashed, 308) : failurePage(request, reply, 404)
}

/** Who shortens an address by hand leaves a slash at its end. */
function withoutLastSlash({ method, url }: FastifyRequest): string | undefined {
  const [, path, query = ''] = /^([^?]+)\/(\?.*)?$/.exec(url) ?? []
  if (!path || (method !== 'GET' && method !== 'HEAD')) return undefined
  const to = localPath(path + query)
  return to === '/' ? undefined : to
}

async function answer(error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  // Where the session could not be read, the reader's language is not known yet.
  if (!request.t) speak(request)
  if (error instanceof Invalid) {
    const said = error.problems.map((problem) => ({
      field: problem.field,
      message: sayProblem(request, problem),
    }))
    return redisplay(said, request, reply.code(422))
  }
  if (error instanceof TooMany) {
    const { minutes, key } = error
    reply.header('retry-after', String(minutes * 60))
    return redisplay([{ message: request.t(key, { minutes }) }], request, reply.code(429))
  }
  if (error instanceof Forged) return expiredForm(error, request, reply)
  if (error instanceof Forbidden) return forbidden(error, request, reply)
  if (error instanceof Conflict) {
    const back = ownReferrer(request)
    return failurePage(request, reply, 409, { message: request.t(error.key, error.params), back })
  }
  return faultPage(error, request, reply)
}

function faultPage(error: FastifyError, request: FastifyRequest, reply: FastifyReply): unknown {
  const status =
    error instanceof Refusal ? error.status : (error.statusCode ?? (isBrokenForm(error, request) ? 400 : 500))
  if (status >= 500) request.log.error({ err: error }, status === 503 ? 'not available' : 'failed')
  if (status === 404) return notThere(request, reply)
  return failurePage(request, reply, status >= 400 && status < 600 ? status : 500)
}

// What the reader of multipart forms says of one that was cut off, by its sender or the connection, or whose boundary is
// none or too long; it gives no status.
const brokenForm =
  /^(aborted$|Unexpected end of multipart data|Multipart: Boundary not found|The needle cannot have a length)/

function isBrokenForm({ message }: Error, request: FastifyRequest): boolean {
  return request.isMultipart() && brokenForm.test(message)
}

function redisplay(problems: Problem[], request: FastifyRequest, reply: FastifyReply): unknown {
  const again = request.routeOptions.config?.redisplay
  // A page without the form has no field to lead to.
  const said = problems.map(({ message }) => ({ message }))
  if (!again) return failurePage(request, reply, reply.statusCode, { problems: said })
  return again(request, reply, problems, (request.body ?? {}) as Record<string, unknown>)
}

/** R10: which privilege it takes, who can give it, and how to ask; or, where nobody can, how to get a supervisor. */
async function forbidden(error: Forbidden, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { customer } = request
  if (!customer || error.needs.length === 0) return failurePage(request, reply, 403)
  const supervisors = await request.server.database.readCustomer(customer.id, (tx) =>
    listSupervisors(tx, customer.id),
  )
  const needs = error.needs.map((privilege) => request.t(`privileges.${privilege}`))
  const title = request.t('errors.forbidden.title')
  const path = request.url.slice(customer.base.length).replace(/\?.*/, '')
  const name = toolAt(path, error.needs)
  const tool = name && request.t(`overview.tool.${name}`)
  retarget(request, reply)
  return reply.code(403).page('errors/forbidden', {
    title,
    tool,
    needs,
    supervisors,
    askHref: `${customer.base}/people/asked/new?privilege=${error.needs.join(',')}`,
    status: 403,
  })
}

/** Nothing was done; what was typed comes back in a fresh form (quality.md 11), unless another site sent it. */
function expiredForm(error: Forged, request: FastifyRequest, reply: FastifyReply): unknown {
  const title = request.t('errors.title.expired')
  const fields = error.isCrossSite ? [] : labelled(typedFields(request.body), request.t)
  retarget(request, reply)
  const hasCookies = error.isCrossSite || Object.keys(request.cookies).length > 0
  const back = error.isCrossSite ? undefined : ownReferrer(request)
  const data = { title, fields, hasCookies, back, action: request.url }
  return reply.code(403).page('errors/expired', { ...data, status: 403 })
}

// A page of everything that could be sent would be many times its size, made for somebody who is not signed in.
const mostFields = 1000
const mostText = 1.2 * 1024 * 1024

export type TypedField = { name: string; value: string }

/** What was typed, to be sent again; nothing of a form that is larger than ours are. */
export function typedFields(body: unknown): TypedField[] {
  const fields = Object.entries((body ?? {}) as Record<string, unknown>)
    .filter(([name]) => !name.startsWith('_') && !/password/i.test(name))
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => ({ name, value: one })))
    .filter((field): field is TypedField => typeof field.value === 'string')
  const length = fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0)
  return fields.length <= mostFields && length <= mostText ? fields : []
}

const ownWords = new Set([403, 404, 409, 413, 422, 429, 500, 503])

export function failurePage(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  data: Record<string, unknown> = {},
): unknown {
  const known = ownWords.has(status) ? status : status < 500 ? 400 : 500
  if (status === 503) reply.header('retry-after', '5')
  if (status >= 500 && request.method === 'GET') data = { retry: request.url, ...data }
  retarget(request, reply)
  return reply
    .code(status)
    .page('errors/page', { title: request.t(`errors.title.${known}`), status: known, ...data })
}

/** The page of ours that the form stood on, to go back to; undefined where the browser does not say. */
function ownReferrer(request: FastifyRequest): string | undefined {
  const { referer } = request.headers
  if (!referer || !URL.canParse(referer)) return undefined
  const url = new URL(referer)
  return url.host === request.host ? localPath(url.pathname + url.search) : undefined
}

/** A page that is not what an htmx request asked for replaces the whole page, never a part of it. */
function retarget(request: FastifyRequest, reply: FastifyReply): void {
  if (request.headers['hx-request'] !== 'true') return
  reply.headers({ 'hx-retarget': 'body', 'hx-reselect': 'body', 'hx-reswap': 'outerHTML' })
}
