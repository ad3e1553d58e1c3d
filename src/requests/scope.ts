import { and, eq, inArray, notInArray, or, type SQL, sql } from 'drizzle-orm'
import { concerned, concerns } from '../privileges/concerned.ts'
import type { Holds } from '../privileges/list.ts'
import { requests } from '../schema.ts'
import type { RequestKind } from './record.ts'

/** Requests about privileges are for supervisors and the person concerned, whatever license tools others hold. */
const aboutPrivileges: RequestKind[] = ['change-privileges', 'ask-privilege', 'yearly-review']

/** Who looks: one's own requests always, the company's with Licensing or Reporting (domain.md section 1). */
export type Scope = { personId: string; holds: Holds }

export function isAboutPrivileges(kind: RequestKind): boolean {
  return aboutPrivileges.includes(kind)
}

export function seesCompany({ holds }: Scope): boolean {
  return holds.licensing || holds.reporting || holds.supervisor
}

type Seen = { requestedBy: string; kind: RequestKind; details?: Record<string, unknown> }

export function maySee(scope: Scope, request: Seen): boolean {
  if (request.requestedBy === scope.personId) return true
  if (aboutPrivileges.includes(request.kind)) {
    return scope.holds.supervisor || concerns(request.details ?? {}, scope.personId)
  }
  return scope.holds.licensing || scope.holds.reporting
}

/** The same as `maySee`, as a condition. */
export function isVisible({ personId, holds }: Scope): SQL | undefined {
  return or(
    eq(requests.requestedBy, personId),
    and(
      eq(requests.kind, 'change-privileges'),
      sql`${requests.details} @> ${concerned(personId)}::text::jsonb`,
    ),
    holds.licensing || holds.reporting ? notInArray(requests.kind, aboutPrivileges) : undefined,
    holds.supervisor ? inArray(requests.kind, aboutPrivileges) : undefined,
  )
}
