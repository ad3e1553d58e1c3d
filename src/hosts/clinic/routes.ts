import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../../app.ts'
import { Invalid } from '../../errors.ts'
import type { Problem } from '../../web/forms.ts'
import { text, withoutControls } from '../../web/forms.ts'
import { requires, staff } from '../../web/guard.ts'
import { localPath } from '../../web/local-path.ts'
import { listHostsEverywhere, listHostsOfIds } from '../known-ids.ts'
import { prefilledQuery } from '../prefilled.ts'
import { checkServerName } from '../server-name.ts'
import type { Finding } from './finding.ts'
import { type Clinic, readOutput } from './read-output.ts'
import { canBeOfMachine } from './traits.ts'

/** Find a host ID: in the output of whatever command somebody has run. Nothing is stored. */
export function clinicRoutes(app: App): void {
  const access = requires('licensing', 'reporting')
  app.get('/c/:customer/hosts/clinic', { config: access }, (request, reply) => showForm(request, reply))
  // Nothing changes, so the answer is the page itself and not a redirect.
  app.post('/c/:customer/hosts/clinic', { config: { ...access, redisplay: showForm } }, readPosted)
  app.get('/desk/host-ids', { config: staff }, (request, reply) => showForm(request, reply))
  app.post('/desk/host-ids', { config: { ...staff, redisplay: showForm } }, readAtDesk)
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
  const output = typeof values['output'] === 'string' ? values['output'] : ''
  return showPage(request, reply, { problems, values: { output, to }, found: null, result: null })
}

/** The page of a company, or of the desk where the address names none. */
function showPage(request: FastifyRequest, reply: FastifyReply, data: Record<string, unknown>) {
  const { t } = request
  const base = request.routeOptions.url!.startsWith('/desk/') ? null : request.customer.base
  return reply.page('hosts/clinic', {
    title: t('clinic.title'),
    lead: t(base === null ? 'clinic.leadDesk' : 'clinic.lead'),
    here: t(base === null ? 'clinic.everywhere' : 'clinic.here'),
    action: base === null ? '/desk/host-ids' : `${base}/hosts/clinic`,
    licenseFile: base === null ? null : `${base}/license-file`,
    crumbs:
      base === null
        ? [{ text: t('frame.section.customers'), href: '/desk/customers' }]
        : [
            { text: t('frame.section.overview'), href: base },
            { text: t('hosts.title'), href: `${base}/hosts` },
          ],
    ...data,
  })
}

async function readPosted(request: FastifyRequest, reply: FastifyReply) {
  const { customer, server } = request
  const { output, result, ids } = read(request.body)
  const to = text((request.body as Record<string, unknown>)['to'])
  const known = await server.database.readCustomer(customer.id, (tx) => listHostsOfIds(tx, customer.id, ids))
  const shown = known.map((host) => ({
    ...host,
    text: host.label,
    href: `${customer.base}/hosts/${host.id}`,
  }))
  const form = customer.holds.licensing ? formOf(request, to) : null
  return showResult(request, reply, { result, values: { output, to }, known: shown, form })
}

/** For the desk: the hosts of all companies that have one of the IDs. */
async function readAtDesk(request: FastifyRequest, reply: FastifyReply) {
  const { person, server } = request
  const { output, result, ids } = read(request.body)
  const known = await server.database.forDesk(person!.id, (tx) => listHostsEverywhere(tx, ids))
  const shown = known.map((host) => ({
    ...host,
    text: `${host.customerNumber} ${host.customer}: ${host.label}`,
    href: `/desk/customers/${host.customerNumber}`,
  }))
  return showResult(request, reply, { result, values: { output, to: '' }, known: shown, form: null })
}

/** Throws Invalid for nothing, and for more than is read. */
function read(body: unknown) {
  const given = [((body ?? {}) as Record<string, unknown>)['output']].flat()[0]
  // Rows are counted as they were pasted, so blanks around stay.
  const output = typeof given === 'string' ? withoutControls(given) : ''
  if (output.trim() === '') throw new Invalid([{ field: 'output', key: 'clinic.empty' }])
  if (output.length > MOST) {
    throw new Invalid([{ field: 'output', key: 'clinic.tooLong', params: { max: MOST } }])
  }
  const result = readOutput(output)
  return { output, result, ids: result.findings.flatMap(({ id }) => (id ? [id] : [])) }
}

type Known = { kind: string; value: string; status: string; text: string; href: string }
type Result = {
  result: Clinic
  values: { output: string; to: string }
  known: readonly Known[]
  form: string | null
}

function showResult(request: FastifyRequest, reply: FastifyReply, { result, values, known, form }: Result) {
  reply.header('cache-control', 'no-store')
  return showPage(request, reply, {
    values,
    result,
    found: result.findings.map((finding) => ({
      ...finding,
      known: known.filter(({ kind, value }) => kind === finding.id?.kind && value === finding.id.value),
      start: form && startHref(form, finding, result),
    })),
  })
}

/** The form for a new host that the person came from, else the one that begins a plan. */
function formOf({ customer: { base } }: FastifyRequest, to: string): string {
  const path = localPath(to)
  const isForm = /^\/plans\/[0-9a-f-]{36}\/entitlement\/[0-9a-f-]{36}\/new-host$/.test(
    path.slice(base.length),
  )
  return path.startsWith(`${base}/`) && isForm ? path : `${base}/configure/new-host`
}

function startHref(form: string, finding: Finding, { hostName }: Clinic): string | null {
  const { id } = finding
  if (!id || !canBeOfMachine(finding)) return null
  const isName = hostName !== '' && 'name' in checkServerName(hostName)
  const label = isName ? hostName.split('.')[0]!.toUpperCase() : ''
  return `${form}?${prefilledQuery({ label, ids: [id], servers: isName ? [hostName.toLowerCase()] : [] })}`
}
