import { Invalid, type ProblemKey } from '../../errors.ts'
import { plainDigits } from '../../web/digits.ts'
import { text } from '../../web/forms.ts'
import { readQuantity } from '../quantity.ts'

/** The field of an entitlement's quantity; also the ID of its input. */
export function fieldOf(entitlementId: string): string {
  return `quantity-${entitlementId}`
}

/**
 * The quantities typed for these entitlements; an empty field is 0. Throws Invalid with every problem beside its
 * field.
 */
export function readQuantities(body: unknown, entitlementIds: readonly string[]): Map<string, number> {
  const given = (body ?? {}) as Record<string, unknown>
  const problems: ProblemKey[] = []
  const quantities = new Map<string, number>()
  for (const id of entitlementIds) {
    const field = fieldOf(id)
    const typed = text(given[field])
    const read = typed === '' || /^0+$/.test(plainDigits(typed)) ? { quantity: 0 } : readQuantity(typed)
    if ('problem' in read) problems.push({ ...read.problem, field })
    else quantities.set(id, read.quantity)
  }
  if (problems.length > 0) throw new Invalid(problems)
  return quantities
}
