import type { FastifyRequest } from 'fastify'
import { sayDeleted } from '../accounts/deleted.ts'
import { isPrivilege } from '../privileges/list.ts'
import { maySee } from '../requests/scope.ts'
import type { ActivityRow } from './queries.ts'
import { isVerb } from './verbs.ts'

export type ActivityLine = {
  at: Date
  who: string
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
    what: isVerb(row.verb) ? t(`activity.verb.${row.verb}`) : row.verb,
    about: [
      row.objectName && sayDeleted(row.objectName, t),
      ...privilegesOf(row.details),
      untilOf(row.details),
      ...domainsOf(row.details),
      changeOf(row.details),
    ]
      .filter(Boolean)
      .join(', '),
    requestNumber: row.requestNumber,
    requestHref: hrefOf(row),
    network: row.network ?? '',
    customerNumber: row.customerNumber ?? '',
  }

  // Whoever works for the publisher opens it at the desk: they are of no company.
  function hrefOf({ requestNumber, customerNumber, requestKind, requestedBy }: ActivityRow): string | null {
    if (!requestNumber || !customerNumber) return null
    if (person!.isStaff) return `/desk/requests/${requestNumber}`
    const scope = customer && { personId: person!.id, holds: customer.holds }
    const about = requestKind && { kind: requestKind, requestedBy: requestedBy ?? '' }
    return scope && about && !maySee(scope, about) ? null : `/c/${customerNumber}/requests/${requestNumber}`
  }

  function whoOf({ personId, personName, isStaff, isCommand, details }: ActivityRow): string {
    if (isCommand) {
      const { operator } = details
      return operator ? t('activity.commandBy', { operator }) : t('activity.command')
    }
    if (!personId || (isStaff && personId !== person!.id)) return server.publisher().name
    if (personId === person!.id) return t('activity.you')
    return personName ? sayDeleted(personName, t) : t('activity.nobody')
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

  function changeOf({ from, to }: Record<string, unknown>): string {
    if (typeof from !== 'string' || typeof to !== 'string') return ''
    return t('activity.fromTo', { from: from || '–', to: to || '–' })
  }

  function untilOf({ until }: Record<string, unknown>): string {
    return typeof until === 'string' ? t('activity.until', { date: format.shortDate(until) }) : ''
  }
}
