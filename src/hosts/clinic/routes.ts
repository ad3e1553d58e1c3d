import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../../app.ts'
import { Invalid } from '../../errors.ts'
import type { Problem } from '../../web/forms.ts'
import { text } from '../../web/forms.ts'
import { requires } from '../../web/guard.ts'
import { localPath } from '../../web/local-path.ts'
import { listHostsOfIds } from '../known-ids.ts'
import { prefilledQuery } from '../prefilled.ts'
import { checkServerName } from '../server-name.ts'
import type { Finding } from './finding.ts'
import { type Clinic, readOutput } from './read-output.ts'

/** Find a host ID: in the output of whatever command somebody has run. Nothing is stored. */
export function clinicRoutes(app: App): void {
  const access = requires('licensing', 'reporting')
  app.get('/c/:customer/hosts/clinic', { config: access }, (request, reply) => showForm(request, reply))
  // Nothing changes, so the answer is the page itself and not a redirect.
  app.post('/c/:customer/hosts/clinic', { config: { ...access, redisplay: showForm } }, readPosted)
}

/** Characters; the longest output of a machine with many adapters has a tenth of it. */
const MOST = 200_000

function showForm(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
) {
  const to = text(values['to'] ?? (request.query as Record<string, unknown>)['to'])
  const title = request.t('clinic.title')
  const output = typeof values['output'] === 'string' ? values['output'] : ''
  return reply.page('hosts/clinic', { title, problems, values: { output, to }, found: null, result: null })
}

async function readPosted(request: FastifyRequest, reply: FastifyReply) {
  const { customer, server, t } = request
  const body = (request.body ?? {}) as Record<string, unknown>
  const output = text(body['output'])
  if (output === '') throw new Invalid([{ field: 'output', key: 'clinic.empty' }])
  if (output.length > MOST)
    throw new Invalid([{ field: 'output', key: 'clinic.tooLong', params: { max: MOST } }])
  const result = readOutput(output)
  const ids = result.findings.flatMap(({ id }) => (id ? [id] : []))
  const known = await server.database.readCustomer(customer.id, (tx) => listHostsOfIds(tx, customer.id, ids))
  const form = customer.holds.licensing ? formOf(request, text(body['to'])) : null
  reply.header('cache-control', 'no-store')
  return reply.page('hosts/clinic', {
    title: t('clinic.title'),
    values: { output, to: text(body['to']) },
    result,
    found: result.findings.map((finding) => ({
      ...finding,
      known: known.filter(({ kind, value }) => kind === finding.id?.kind && value === finding.id.value),
      start: form && startHref(form, finding, result),
    })),
  })
}

/** The form for a new host that the person came from, else the one that begins a plan. */
function formOf({ customer }: FastifyRequest, to: string): string {
  const path = localPath(to)
  const isOurs = /^\/plans\/[0-9a-f-]{36}\/entitlement\/[0-9a-f-]{36}\/new-host$/.test(
    path.slice(customer.base.length),
  )
  return path.startsWith(`${customer.base}/`) && isOurs ? path : `${customer.base}/configure/new-host`
}

function startHref(form: string, { id }: Finding, { hostName }: Clinic): string | null {
  if (!id) return null
  const isName = hostName !== '' && 'name' in checkServerName(hostName)
  const label = isName ? hostName.split('.')[0]!.toUpperCase() : ''
  return `${form}?${prefilledQuery({ label, ids: [id], servers: isName ? [hostName.toLowerCase()] : [] })}`
}
