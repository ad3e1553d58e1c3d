import type { FastifyRequest } from 'fastify'
import type { HistoryEntry } from './history.ts'

const places = ['label', 'port', 'address_line1', 'postal_code', 'city', 'country'] as const
const servers = ['server1', 'server2', 'server3'] as const
const fields = [...places, ...servers]

/** What happened to a host in the reader's words. */
export function historyLines(rows: readonly HistoryEntry[], request: FastifyRequest) {
  const { t, customer } = request
  return rows.map((entry) => {
    const {
      id,
      kind,
      at,
      quantity,
      product,
      part_number: partNumber,
      issue,
      other,
      other_id,
      request_number,
    } = entry
    return {
      id: `${kind} ${id}`,
      kind,
      at,
      // A pack is the counter's work, whoever asked for it; the files are the publisher's.
      who: entry.person ?? t(kind === 'incoming' || kind === 'outgoing' ? 'hosts.loaded' : 'hosts.byCounter'),
      words: wordsOf({ kind, quantity, product, partNumber, issue }, t),
      changes: kind === 'changed' ? changesOf(entry, request) : [],
      other:
        other === null
          ? null
          : { label: other, href: `${customer.base}/hosts/${other_id}`, key: `hosts.other.${kind}` },
      request: request_number,
    }
  })
}

type Said = Pick<HistoryEntry, 'kind' | 'quantity' | 'product' | 'issue'> & { partNumber: string | null }

function wordsOf({ kind, quantity, product, partNumber, issue }: Said, t: FastifyRequest['t']): string {
  if (kind === 'incoming') return t('hosts.placedLine', { count: quantity, product, partNumber })
  if (kind === 'outgoing') return t('hosts.takenLine', { count: quantity, product, partNumber })
  return t(`hosts.happened.${kind}`, { issue: issue ?? 0 })
}

/** The fields that changed: what each was and what it became. */
function changesOf({ before, after }: HistoryEntry, { t, format }: FastifyRequest) {
  const said = (field: (typeof fields)[number], value: unknown) => {
    if (value === null || value === '') return field === 'port' ? t('hosts.familyPort') : t('hosts.nothing')
    return field === 'country' ? format.country(String(value)) : String(value)
  }
  return fields
    .filter((field) => before?.[field] !== after?.[field])
    .map((field) => ({
      field: t(field.startsWith('server') ? `addresses.field.${field}` : `hosts.field.${field}`),
      before: said(field, before?.[field] ?? null),
      after: said(field, after?.[field] ?? null),
    }))
}
