import type { FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { Invalid, type ProblemKey } from '../errors.ts'
import { plainDigits } from '../web/digits.ts'
import { text } from '../web/forms.ts'
import { type CheckedLine, checkPlan } from './check-plan.ts'

/**
 * Digits of any script, with blanks or apostrophes between them as people write them; 1 at least, and at most what
 * an integer of the database takes.
 */
export function readQuantity(typed: string): { quantity: number } | { problem: ProblemKey } {
  const digits = plainDigits(typed).replace(/[\s\u00a0\u202f'’]/g, '')
  const refuse = (key: string) => ({ problem: { key, params: { typed: typed.slice(0, 40) } } })
  if (digits === '') return refuse('plans.quantity.missing')
  // A thousand for some readers, and one for others.
  if (/^\+?\d{1,3}([.,]\d{3})+$/.test(digits))
    return {
      problem: { key: 'plans.quantity.grouped', params: { typed, digits: digits.replace(/\D/g, '') } },
    }
  if (!/^[+\-−]?\d+([.,]\d+)?$/.test(digits)) return refuse('plans.quantity.notNumber')
  if (/[.,]/.test(digits)) return refuse('plans.quantity.notWhole')
  const quantity = Number(digits.replace('−', '-'))
  if (quantity < 1) return refuse('plans.quantity.tooFew')
  if (quantity > 2_147_483_647) return refuse('plans.quantity.tooLarge')
  return { quantity }
}

/** The quantity of a form with one; throws Invalid beside its field. */
export function quantityOf(body: unknown): number {
  const read = readQuantity(text((body as Record<string, unknown>)['quantity']))
  if ('problem' in read) throw new Invalid([{ ...read.problem, field: 'quantity' }])
  return read.quantity
}

/**
 * Says what is wrong with an amount beside its field, once its lines are in the plan; the rest of the checks belongs
 * to the page of the whole plan. `keys` are the reasons that are about amounts; `fieldOf` gives a line's field,
 * undefined where the form has none for it. Throws Invalid, which takes the lines back.
 */
export async function refuseAmounts(
  tx: Db,
  { customer, plan, server }: FastifyRequest,
  keys: readonly string[],
  fieldOf: (line: CheckedLine) => string | undefined,
): Promise<void> {
  const { lines } = await checkPlan(tx, {
    customerId: customer.id,
    planId: plan.id,
    today: server.today(),
    publisher: server.publisher(),
  })
  const problems = lines.flatMap((line) => {
    const field = fieldOf(line)
    if (field === undefined) return []
    return line.problems
      .filter(({ key }) => keys.includes(key.replace('plans.problem.', '')))
      .map(({ key, params = {} }) => ({ field, key, params }))
  })
  if (problems.length > 0) throw new Invalid(problems)
}
