import type { FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { countOutdated, reissuedAtOnce } from '../packs/reissue.ts'
import { listNames } from '../privileges/people.ts'
import type { ChangeDetails } from './record-change.ts'

type About = { id: string; kind: string; details: Record<string, unknown> }

/**
 * What the page of a request about the register shows: of a change of address each field's old and new value and how
 * many packs it outdated; of a host taken out of service or put back, which. Null for every other kind.
 */
export async function changePart(tx: Db, customerId: string, about: About) {
  const { hostId, host } = about.details as { hostId?: string; host?: string }
  if (about.kind !== 'update-contacts') {
    return hostId && host ? { hostId, host, lines: [], outdated: 0, names: new Map<string, string>() } : null
  }
  const { lines } = about.details as unknown as ChangeDetails
  const people = lines
    .filter(({ field }) => field === 'contact')
    .flatMap(({ before, after }) => [before, after])
  const [outdated, names] = await Promise.all([
    countOutdated(tx, { customerId, requestId: about.id, hostId }),
    listNames(tx, people.filter(Boolean)),
  ])
  return { hostId, host, lines, outdated, names }
}

/** The same in the reader's words. */
export function sayChange(
  { t, format }: Pick<FastifyRequest, 't' | 'format'>,
  part: Awaited<ReturnType<typeof changePart>>,
) {
  if (!part) return null
  const said = (field: string, value: string) => {
    if (value === '') return t(field === 'port' ? 'hosts.familyPort' : 'hosts.nothing')
    if (field === 'country') return format.country(value)
    return field === 'contact' ? (part.names.get(value) ?? t('addresses.contact.gone')) : value
  }
  return {
    ...part,
    lines: part.lines.map(({ field, before, after }) => ({
      field: t(`addresses.field.${field}`),
      before: said(field, before),
      after: said(field, after),
    })),
    atOnce: Math.min(part.outdated, reissuedAtOnce),
  }
}
