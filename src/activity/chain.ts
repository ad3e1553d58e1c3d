import { createHash } from 'node:crypto'

/** What stands in the place of a customer's ID in the chain of what was done to the counter itself. */
export const publisherChain = 'publisher'

/** One entry as its hash covers it; docs/activity.md describes the form. */
export type Link = {
  customerId: string
  seq: number
  id: string
  at: Date
  personId: string | null
  verb: string
  objectKind: string
  objectId: string
  requestId: string | null
  details: unknown
  particularsDigest: string | null
}

/** SHA-256, in hex, of an entry and of the one before it ('' for the first). */
export function hashOfLink(link: Link, previous: string): string {
  const { customerId, seq, id, at, personId, verb, objectKind, objectId, requestId, details } = link
  const covered = [
    ...['guichet-activity-1', previous, customerId, seq, id, at.toISOString(), personId, verb],
    ...[objectKind, objectId, requestId, details, link.particularsDigest],
  ]
  return sha256(canonicalJson(covered))
}

/** What is kept of particulars when they are erased. */
export function digestOfParticulars(salt: string, facts: unknown): string {
  return sha256(canonicalJson([salt, facts]))
}

/** JSON without blanks, the keys of each object in the order of their UTF-16 code units (as RFC 8785 sorts them). */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields = Object.entries(value).filter(([, one]) => one !== undefined)
  fields.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(',')}}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
