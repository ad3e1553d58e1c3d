import type { FastifyRequest } from 'fastify'
import { sayDeleted } from '../accounts/deleted.ts'
import { isPrivilege } from '../privileges/list.ts'
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
export function lineOf(row: ActivityRow, { t, format, person, server }: FastifyRequest): ActivityLine {
  return {
    at: new Date(row.at),
    who: whoOf(row),
    what: isVerb(row.verb) ? t(`activity.verb.${row.verb}`) : row.verb,
    about: [
      row.objectName && sayDeleted(row.objectName, t),
      ...privilegesOf(row.details),
      untilOf(row.details),
    ]
      .filter(Boolean)
      .join(', '),
    requestNumber: row.requestNumber,
    requestHref:
      row.requestNumber && row.customerNumber
        ? `/c/${row.customerNumber}/requests/${row.requestNumber}`
        : null,
    network: row.network ?? '',
    customerNumber: row.customerNumber ?? '',
  }

  function whoOf({ personId, personName, isStaff }: ActivityRow): string {
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

  function untilOf({ until }: Record<string, unknown>): string {
    return typeof until === 'string' ? t('activity.until', { date: format.shortDate(until) }) : ''
  }
}
