import { Type } from 'typebox'
import { Invalid, type ProblemKey } from '../errors.ts'
import { readDay } from '../web/day.ts'
import { list, readForm, text } from '../web/forms.ts'
import type { Wish } from './check-changes.ts'
import type { Privilege } from './list.ts'

const PersonForm = Type.Object({
  supervisor: Type.String(),
  licensing: Type.String(),
  licensingUntil: Type.String({ maxLength: 20 }),
  reporting: Type.String(),
  reportingUntil: Type.String({ maxLength: 20 }),
})

/** Privileges that may have a last day. */
export const limited = ['licensing', 'reporting'] as const satisfies Privilege[]

/**
 * What a form with a box for each privilege says a person is to hold. Throws Invalid: a day that is none, or one
 * whose box is not ticked.
 */
export function readHolds(body: unknown): Required<Wish['holds']> {
  const form = readForm(body, PersonForm)
  const problems: ProblemKey[] = []
  const holds: Required<Wish['holds']> = { supervisor: null, licensing: null, reporting: null }
  if (form.supervisor) holds.supervisor = { until: null }
  for (const privilege of limited) {
    const until = readUntil(form[`${privilege}Until`], `${privilege}Until`, problems)
    if (form[privilege]) holds[privilege] = { until }
    else if (until) problems.push({ field: `${privilege}Until`, key: 'privileges.untilAlone' })
  }
  if (problems.length > 0) throw new Invalid(problems)
  return holds
}

/** A form for many: of each privilege that it is given, taken away or left as it is. Throws Invalid. */
export function readChange(body: unknown): Omit<Wish, 'personId'> {
  const given = (body ?? {}) as Record<string, unknown>
  const problems: ProblemKey[] = []
  if (text(given.leaves)) return { holds: {}, leaves: true }
  const holds: Wish['holds'] = {}
  for (const privilege of ['supervisor', ...limited] as const) {
    const asked = text(given[privilege])
    const until =
      privilege === 'supervisor'
        ? null
        : readUntil(text(given[`${privilege}Until`]), `${privilege}Until`, problems)
    if (asked === 'give') holds[privilege] = { until }
    else if (asked === 'take') holds[privilege] = null
    if (asked !== 'give' && until) problems.push({ field: `${privilege}Until`, key: 'privileges.untilAlone' })
  }
  if (Object.keys(holds).length === 0 && problems.length === 0) {
    problems.push({ field: 'supervisor', key: 'privileges.change.nothing' })
  }
  if (problems.length > 0) throw new Invalid(problems)
  return { holds }
}

/** People ticked on a list. */
export function readPeople(body: unknown): string[] {
  const given = list((body as Record<string, unknown> | undefined)?.person)
  return [...new Set(given.flatMap((one) => one.split(' ')))]
}

/** 'YYYY-MM-DD' of what a form says, day first too; null where it says none. Adds to the problems what is no day. */
export function readUntil(value: string, field: string, problems: ProblemKey[]): string | null {
  if (value === '') return null
  const day = readDay(value)
  if (day) return day
  problems.push({ field, key: 'privileges.notADay', params: { value: value.slice(0, 20) } })
  return null
}
