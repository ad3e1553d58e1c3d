import { eq, inArray, notInArray, or, type SQL } from 'drizzle-orm'
import type { Holds } from '../privileges/list.ts'
import { requests } from '../schema.ts'
import type { RequestKind } from './record.ts'

/** Requests about privileges are for supervisors and the person concerned, whatever license tools others hold. */
const aboutPrivileges: RequestKind[] = ['change-privileges', 'ask-privilege', 'yearly-review']

/** Who looks: one's own requests always, the company's with Licensing or Reporting (domain.md section 1). */
export type Scope = { personId: string; holds: Holds }

export function seesCompany({ holds }: Scope): boolean {
  return holds.licensing || holds.reporting || holds.supervisor
}

export function maySee(scope: Scope, request: { requestedBy: string; kind: RequestKind }): boolean {
  if (request.requestedBy === scope.personId) return true
  if (aboutPrivileges.includes(request.kind)) return scope.holds.supervisor
  return scope.holds.licensing || scope.holds.reporting
}

/** The same as `maySee`, as a condition. */
export function isVisible({ personId, holds }: Scope): SQL | undefined {
  return or(
    eq(requests.requestedBy, personId),
    holds.licensing || holds.reporting ? notInArray(requests.kind, aboutPrivileges) : undefined,
    holds.supervisor ? inArray(requests.kind, aboutPrivileges) : undefined,
  )
}
