import { and, eq, ne } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { recordActivity } from '../activity/record.ts'
import type { Verb } from '../activity/verbs.ts'
import { customers } from '../schema.ts'
import { readForm } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'

/** What supervisors require of their whole company, or do not: where it is kept, said and recorded. */
export type CompanyRule = {
  column: 'requiresApproval' | 'requiresSecondFactor'
  /** Of its page, below the company's address. */
  path: string
  whenSet: { verb: Verb; flash: string }
  whenEnded: { verb: Verb; flash: string }
}

const RuleForm = Type.Object({ required: Type.String({ maxLength: 3 }) })

/** Sets such a rule as its form says (`required`: yes or no). One that is so already changes and records nothing. */
export function setCompanyRule(request: FastifyRequest, reply: FastifyReply, rule: CompanyRule) {
  const isRequired = readForm(request.body, RuleForm).required === 'yes'
  const { customer, person } = request
  const { verb, flash } = isRequired ? rule.whenSet : rule.whenEnded
  const column = customers[rule.column]
  return actOnce(request, reply, async (tx) => {
    const changed = await tx
      .update(customers)
      .set({ [rule.column]: isRequired })
      .where(and(eq(customers.id, customer.id), ne(column, isRequired)))
      .returning({ id: customers.id })
    if (changed.length === 1) {
      const object = { objectKind: 'customer', objectId: customer.id }
      await recordActivity(tx, { customerId: customer.id, personId: person!.id, verb, ...object })
    }
    request.flash(flash)
    return `${customer.base}${rule.path}`
  })
}
