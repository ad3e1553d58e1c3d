import type { Static, TObject } from 'typebox'
import { Invalid, type ProblemKey } from '../errors.ts'

/** A problem of a form in the reader's words; `field` names the input it stands beside. */
export interface Problem {
  field?: string
  message: string
}

/**
 * The fields of a posted form by a TypeBox object: strings trimmed, controls out, the rest left as typed. A string
 * property takes one value, an array property none, one or many (formbody gives one ticked box as a string). Throws
 * Invalid for a required string that is empty (`forms.required`, whose words name the field) or too long
 * (`forms.tooLong`), so schemas may say `minLength: 1` and `maxLength`; other checks belong to the noun.
 */
export function readForm<T extends TObject>(body: unknown, schema: T): Static<T> {
  const given = (body ?? {}) as Record<string, unknown>
  const values: Record<string, unknown> = {}
  const problems: ProblemKey[] = []
  for (const [field, shape] of Object.entries(schema.properties) as [string, FieldShape][]) {
    if (shape.type === 'array') {
      values[field] = list(given[field])
      continue
    }
    // Blanks at the ends of a password count.
    const value = /password/i.test(field) ? untrimmed(given[field]) : text(given[field])
    values[field] = value
    if (shape.minLength && value.length < shape.minLength) {
      problems.push({
        field,
        key: value ? 'forms.tooShort' : 'forms.required',
        params: { field, min: shape.minLength },
      })
    } else if (value.length > (shape.maxLength ?? 1000)) {
      problems.push({
        field,
        key: 'forms.tooLong',
        params: { max: shape.maxLength ?? 1000, length: value.length },
      })
    }
  }
  if (problems.length) throw new Invalid(problems)
  return values as Static<T>
}

interface FieldShape {
  type: string
  minLength?: number
  maxLength?: number
}

/** One value of a field, trimmed, controls out; the first where several came; '' where none did. */
export function text(value: unknown): string {
  const one = Array.isArray(value) ? value[0] : value
  return typeof one === 'string' ? withoutControls(one).replace(/\r\n?/g, '\n').trim() : ''
}

/** Without control characters, which no page may hold and no database takes all of; tabs and line ends stay. */
export function withoutControls(given: string): string {
  return given.replace(/[^\P{Cc}\t\n\r]/gu, '')
}

function untrimmed(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** All values of a field that may come once or many times. */
export function list(value: unknown): string[] {
  if (value === undefined || value === null || value === '') return []
  return (Array.isArray(value) ? value : [value]).map(text).filter(Boolean)
}
