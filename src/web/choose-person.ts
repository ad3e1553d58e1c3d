import type { Translate } from './i18n.ts'

type Person = { id: string; name: string; email: string }

/** People that a list offers to choose from; of more, one types the e-mail address of whom one means. */
const mostOffered = 200

/** Options of views/shared/_person, `none` first; null where there are too many for a list. */
export function personOptions(people: readonly Person[], none: string, t: Translate) {
  if (people.length > mostOffered) return null
  const options = people.map(({ id, name, email }) => ({
    value: id,
    text: name === email ? name : t('frame.person.option', { name, email }),
  }))
  return [{ value: '', text: none }, ...options]
}

/** What that field holds of the person chosen until now: the value of the option, or the address. */
export function personValue(people: readonly Person[], id: string): string {
  return people.length > mostOffered ? (people.find((one) => one.id === id)?.email ?? '') : id
}

/** Who was chosen, by ID or by e-mail address. */
export function chosenPerson<P extends Person>(people: readonly P[], sent: string): P | undefined {
  const typed = sent.trim().toLowerCase()
  return people.find(({ id, email }) => id === typed || email === typed)
}
