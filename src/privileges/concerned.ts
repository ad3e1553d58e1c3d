import type { StoredChange } from './change.ts'

/** Whether a person is concerned by what a request of kind change-privileges keeps; they may see it. */
export function concerns(details: Record<string, unknown>, personId: string): boolean {
  const changes = (details['changes'] ?? []) as StoredChange[]
  return changes.some((change) => change.personId === personId)
}

/** The same as `concerns`, as what the stored details contain. */
export function concerned(personId: string): string {
  return JSON.stringify({ changes: [{ personId }] })
}
