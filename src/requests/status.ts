import type { RequestKind, RequestStatus } from './record.ts'

export type TagKind = 'ok' | 'warn' | 'bad' | 'wait'

const tags: Record<RequestStatus, TagKind> = {
  submitted: 'wait',
  'in-review': 'wait',
  'needs-information': 'warn',
  completed: 'ok',
  declined: 'bad',
  cancelled: 'warn',
}

/** Colour of a status; its words are `requests.status.<status>`. */
export function statusTag(status: RequestStatus): TagKind {
  return tags[status]
}

export const requestStatuses = Object.keys(tags) as RequestStatus[]

/** In the order of the tools; words are `requests.kind.<kind>`. */
export const requestKinds = [
  'configure',
  'move',
  'replace-hardware',
  'return',
  'temporary',
  'update-contacts',
  'retrieve-packs',
  'detailed-report',
  'undo',
  'decommission',
  'recommission',
  'change-privileges',
  'ask-privilege',
  'yearly-review',
] as const satisfies RequestKind[]
