import type { FastifyRequest } from 'fastify'
import type { HostForm } from '../hosts/host-form.ts'
import { prefilled } from '../hosts/prefilled.ts'
import type { Problem } from '../web/forms.ts'
import { ofMachines } from './new-host-page.ts'

type Options = {
  problems: Problem[]
  /** What was typed, where the form comes back. */
  typed: Record<string, unknown>
  /** What is known of the host before anything was typed. */
  known?: HostForm
  /** Something counted is to be served from it. */
  isCounted: boolean
  mayBeTriad: boolean
  /** Address of the form. */
  path: string
  back: string
}

/** What views/plans/new-host shows of a host that a tool asks for: one machine, or the three of a triad. */
export function newHostForm(request: FastifyRequest, options: Options) {
  const { customer, t } = request
  const { problems, typed, known, isCounted, mayBeTriad, path, back } = options
  const asked = typed['kind'] ?? (request.query as Record<string, unknown>)['kind'] ?? known?.kind
  const kind = mayBeTriad && asked === 'triad' ? 'triad' : 'single'
  const kinds = ['single', 'triad'].map((one) => ({
    text: t(`plans.newHost.${one}`),
    href: `${path}?kind=${one}`,
    isCurrent: kind === one,
  }))
  return {
    title: t(kind === 'triad' ? 'plans.newHost.titleTriad' : 'plans.newHost.title'),
    problems: kind === 'triad' ? ofMachines(problems, t) : problems,
    values: { ...known, ...prefilled(request.query), ...typed },
    kind,
    kinds: mayBeTriad ? kinds : [],
    isCounted,
    action: path,
    clinic: `${customer.base}/hosts/clinic?${new URLSearchParams({ to: path })}`,
    back,
    submitText: t('plans.continue'),
    check: `${customer.base}/plans/host-id-check`,
  }
}
