import { checkTriad, formatHostId, parseHostId } from '../../hosts/host-id.ts'
import { checkServerName } from '../../hosts/server-name.ts'
import type { Policies, Rule, Situation } from '../check-plan.ts'
import type { PlanHost } from '../load-plan.ts'
import { hostProblem, type PlanProblem } from '../problems.ts'

/** The host that receives is there, is one that the license software can know, and has its IDs to itself. */
export const hostRules: Rule = (situation) => {
  const known = new Map([...situation.hosts.values()].map((host) => [host.id, aboutHost(host, situation)]))
  return (line) => {
    if (line.toHostId === null) return []
    const host = situation.hosts.get(line.toHostId)
    if (!host) return [hostProblem('hostUnknown')]
    return [...known.get(host.id)!, ...(line.licenseType === 'node-locked' ? [] : serverNames(host))]
  }
}

function aboutHost(host: PlanHost, situation: Situation): PlanProblem[] {
  const { label } = host
  const { retires = [], revives = [] } = situation.plan.details
  if (revives.includes(host.id))
    return [...labelInUse(host, situation), ...idsInUse(host, situation)].map(ofRevived)
  if (host.status === 'retired' || retires.includes(host.id))
    return [hostProblem(situation.plan.tool === 'undo' ? 'undoneRetired' : 'hostRetired', { host: label })]
  if (host.status === 'active') return []
  if (host.planId !== situation.planId) return [hostProblem('hostUnknown')]
  return [...labelInUse(host, situation), ...idsInUse(host, situation), ...badIds(host, situation.policies)]
}

/** The same of a host that an undo brings back: it has its name and IDs, so the other one makes room. */
function ofRevived({ key, params = {} }: PlanProblem): PlanProblem {
  return hostProblem(key === 'plans.problem.labelTaken' ? 'undoneLabelTaken' : 'undoneIdTaken', params)
}

function labelInUse(host: PlanHost, { hosts }: Situation): PlanProblem[] {
  const twin = [...hosts.values()].find(
    (other) => other.id !== host.id && other.status === 'planned' && sameLabel(other.label, host.label),
  )
  return host.labelTakenBy || twin
    ? [hostProblem('labelTaken', { host: host.labelTakenBy ?? twin!.label })]
    : []
}

function sameLabel(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function idsInUse(host: PlanHost, { hosts }: Situation): PlanProblem[] {
  return host.members.flatMap(({ idKind, idValue, takenBy }) => {
    const twin = [...hosts.values()].find(
      (other) =>
        other.id !== host.id &&
        other.status === 'planned' &&
        other.members.some((member) => member.idKind === idKind && member.idValue === idValue),
    )
    const by = takenBy ?? twin?.label
    return by ? [hostProblem('idTaken', { id: formatHostId(idKind, idValue), host: by })] : []
  })
}

/** Checked again, since the publisher may have changed what is accepted after the host was typed in. */
function badIds(host: PlanHost, { allowAnyHostId, hostIdKinds }: Policies): PlanProblem[] {
  const options = { allowAny: allowAnyHostId, vendorNames: hostIdKinds }
  const each = host.members.flatMap(({ idKind, idValue }) => {
    const read = parseHostId(formatHostId(idKind, idValue), options)
    return 'problem' in read ? [hostProblem(read.problem, read.params)] : []
  })
  const ids = host.members.map(({ idKind, idValue }) => ({ kind: idKind, value: idValue }))
  const triad = host.kind === 'triad' ? checkTriad(ids) : null
  return triad ? [...each, hostProblem(triad.problem, triad.params)] : each
}

function serverNames(host: PlanHost): PlanProblem[] {
  if (host.members.some(({ serverName }) => serverName === ''))
    return [
      hostProblem(host.status === 'planned' ? 'serverNameToGive' : 'serverNameMissing', { host: host.label }),
    ]
  return host.members.flatMap(({ serverName }) => {
    const read = checkServerName(serverName)
    return 'problem' in read ? [hostProblem(read.problem, read.params)] : []
  })
}
