import { Type } from 'typebox'
import type { Db } from '../../db.ts'
import { Invalid, type ProblemKey } from '../../errors.ts'
import { sendJob } from '../../jobs/send.ts'
import { fileAccountRequest } from '../../requests/account/record.ts'
import { readForm } from '../../web/forms.ts'

export const UpgradeForm = Type.Object({
  customerNumber: Type.String({ minLength: 1, maxLength: 40 }),
  proof: Type.String({ minLength: 1, maxLength: 40 }),
  word: Type.String({ maxLength: 1000 }),
})

export type UpgradeAsked = { customerNumber: string; proof: string; word: string }

/** The form, numbers in upper case; throws Invalid for what can be no number of any customer, order or contract. */
export function readUpgrade(body: unknown): UpgradeAsked {
  const form = readForm(body, UpgradeForm)
  const asked = { ...form, customerNumber: asNumber(form.customerNumber), proof: asNumber(form.proof) }
  const problems = (['customerNumber', 'proof'] as const)
    .filter((field) => !/^[A-Z0-9-]{1,20}$/.test(asked[field]))
    .map((field): ProblemKey => ({ field, key: 'accounts.upgrade.notANumber' }))
  if (problems.length) throw new Invalid(problems)
  return asked
}

function asNumber(typed: string): string {
  return typed.replace(/\s+/g, '').toUpperCase()
}

/**
 * R8: files the try. The proof is not looked at here but by a job, so that right and wrong take the same way, the same
 * page and the same time.
 */
export async function askUpgrade(
  tx: Db,
  { personId, language, ...asked }: UpgradeAsked & { personId: string; language: string },
): Promise<{ id: string; number: number }> {
  const request = await fileAccountRequest(tx, { kind: 'upgrade', personId, details: { ...asked, language } })
  await sendJob(tx, 'account-requests', { requestId: request.id, step: 'examine' })
  return request
}
