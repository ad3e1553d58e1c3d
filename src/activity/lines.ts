import type { FastifyRequest } from 'fastify'
import { sayDeleted } from '../accounts/deleted.ts'
import { resultKinds } from '../imports/results.ts'
import { isPrivilege } from '../privileges/list.ts'
import { maySee } from '../requests/scope.ts'
import type { ActivityRow } from './queries.ts'
import { isVerb } from './verbs.ts'

export type ActivityLine = {
  at: Date
  who: string
  /** Who reads it: on screen they are told so; a file and paper go on to others. */
  isReader: boolean
  what: string
  /** Whom or what it was about, in words; '' where the request says it. */
  about: string
  requestNumber: number | null
  requestHref: string | null
  network: string
  customerNumber: string
}

/** A recorded act in the reader's words. */
export function lineOf(
  row: ActivityRow,
  { t, format, person, customer, server }: FastifyRequest,
): ActivityLine {
  return {
    at: new Date(row.at),
    who: whoOf(row),
    isReader: row.personId === person!.id,
    what: isVerb(row.verb) ? t(`activity.verb.${row.verb}`) : row.verb,
    about: [
      nameOf(row),
      ...privilegesOf(row.details),
      untilOf(row.details),
      ...domainsOf(row.details),
      changeOf(row),
      ...filesOf(row),
    ]
      .filter(Boolean)
      .join(', '),
    requestNumber: numberOf(row),
    requestHref: hrefOf(row),
    network: (isHidden(row) ? null : row.network) ?? '',
    customerNumber: row.customerNumber ?? '',
  }

  // Of a company's request, or of a person's, which only they and the desk can open.
  function numberOf({ requestNumber, details }: ActivityRow): number | null {
    return requestNumber ?? (typeof details['number'] === 'number' ? details['number'] : null)
  }

  // Whoever works for the publisher opens it at the desk: they are of no company.
  function hrefOf(row: ActivityRow): string | null {
    const { requestNumber, customerNumber, requestKind, requestedBy } = row
    const number = numberOf(row)
    if (number && person!.isStaff) return `/desk/requests/${number}`
    if (!requestNumber || !customerNumber) return null
    const scope = customer && { personId: person!.id, holds: customer.holds }
    const about = requestKind && { kind: requestKind, requestedBy: requestedBy ?? '' }
    return scope && about && !maySee(scope, about) ? null : `/c/${customerNumber}/requests/${requestNumber}`
  }

  function whoOf({ personId, personName, isStaff, isCommand, details }: ActivityRow): string {
    if (isCommand) {
      const { operator, start } = details
      if (start) return operator ? t('activity.startBy', { operator }) : t('activity.start')
      return operator ? t('activity.commandBy', { operator }) : t('activity.command')
    }
    if (!personId || isHidden({ isStaff })) return server.publisher().name
    return personName ? sayDeleted(personName, t) : t('activity.nobody')
  }

  // Customers read no name of the desk's people, nor from where they work; the desk does.
  function isHidden({ isStaff }: Pick<ActivityRow, 'isStaff'>): boolean {
    return isStaff && !person!.isStaff
  }

  // A load has an ID that says nothing, and files in a folder.
  function nameOf({ verb, objectName, details }: ActivityRow): string {
    if (verb === 'import.done') return String(details['folder'] ?? '')
    return objectName ? sayDeleted(objectName, t) : ''
  }

  function filesOf({ verb, details }: ActivityRow): string[] {
    if (verb !== 'import.done' || !Array.isArray(details['files'])) return []
    return (details['files'] as ({ name: string } & Record<string, unknown>)[]).map((file) => {
      const kinds = resultKinds.filter((kind) => file[kind])
      const became = kinds.map((kind) => t(`imports.${kind}`, { count: file[kind] }))
      return `${file.name} (${became.join(', ') || t('imports.rows', { count: 0 })})`
    })
  }

  function privilegesOf({ privilege, privileges }: Record<string, unknown>): string[] {
    return [privilege, privileges]
      .flat()
      .filter(isPrivilege)
      .map((one) => t(`privileges.${one}`))
  }

  function domainsOf({ domains }: Record<string, unknown>): string[] {
    return Array.isArray(domains) ? domains.map(String) : []
  }

  function changeOf({ verb, details }: ActivityRow): string {
    const { from, to } = details
    if (verb !== 'setting.changed' || from === undefined) return ''
    return t('activity.fromTo', { from: from || '–', to: to || '–' })
  }

  function untilOf({ until }: Record<string, unknown>): string {
    return typeof until === 'string' ? t('activity.until', { date: format.shortDate(until) }) : ''
  }
}
