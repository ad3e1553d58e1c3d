import { Type } from 'typebox'
import { Invalid } from '../errors.ts'
import { readForm } from '../web/forms.ts'
import type { Choices } from './choices.ts'
import { isTopic, topics } from './topics.ts'

const ChoicesForm = Type.Object({
  topics: Type.Array(Type.String()),
  leadDays: Type.String({ maxLength: 200 }),
})

const most = 10
const longest = 365

/** What is ticked and typed; days as "90, 30 7". Throws Invalid. */
export function readChoices(body: unknown): Choices {
  const form = readForm(body, ChoicesForm)
  const ticked = form.topics.filter(isTopic)
  const chosen = Object.fromEntries(
    topics.map((topic) => [topic, ticked.includes(topic)]),
  ) as Choices['topics']
  return { topics: chosen, leadDays: readLeadDays(form.leadDays, chosen.expiry || chosen.maintenance) }
}

function readLeadDays(typed: string, areNeeded: boolean): number[] {
  const words = typed.split(/[\s,;.]+/).filter(Boolean)
  const wrong = words.find((word) => !/^\d{1,3}$/.test(word) || Number(word) < 1 || Number(word) > longest)
  const refuse = (key: string, params = {}) => new Invalid([{ field: 'leadDays', key, params }])
  if (wrong !== undefined) throw refuse('notifications.wrongDays', { word: wrong.slice(0, 20), longest })
  const days = [...new Set(words.map(Number))].sort((a, b) => b - a)
  if (days.length > most) throw refuse('notifications.tooManyDays', { most })
  if (days.length === 0 && areNeeded) throw refuse('notifications.noDays')
  return days
}
