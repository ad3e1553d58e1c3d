import type { TypedField } from './failures.ts'
import type { Translate } from './i18n.ts'

/** Catalogue keys of what people type, by the name of the field: all else is shown under its name. */
const labels: Record<string, string> = {
  addressLine1: 'plans.newHost.address',
  cause: 'plans.reason.title',
  city: 'plans.newHost.city',
  country: 'plans.newHost.country',
  customerNumber: 'requests.customerNumber',
  declaration: 'plans.reason.declaration',
  email: 'accounts.email',
  label: 'plans.newHost.label',
  language: 'accounts.language',
  leadDays: 'notifications.leadDays',
  licensing: 'privileges.licensing',
  name: 'accounts.name',
  nominee: 'requests.nominee',
  phone: 'accounts.phone',
  port: 'plans.newHost.port',
  postalCode: 'plans.newHost.postalCode',
  privilege: 'privileges.privilege',
  privileges: 'privileges.privileges',
  proof: 'requests.proof',
  quantity: 'plans.quantity.label',
  question: 'desk.question',
  reason: 'requests.declineWhy',
  reporting: 'privileges.reporting',
  supervisor: 'privileges.supervisor',
  text: 'requests.message',
  timeZone: 'accounts.timeZone',
  topics: 'notifications.topics',
  why: 'privileges.ask.why',
  word: 'requests.word',
  words: 'requests.declineWords',
}

/** The fields of a form that is given back, each with what its reader calls it. */
export function labelled(fields: TypedField[], t: Translate): (TypedField & { label: string })[] {
  return fields.map((field) => {
    // A table of quantities has a field for each of its rows.
    const name = field.name.startsWith('quantity-') ? 'quantity' : field.name
    const key = Object.hasOwn(labels, name) ? labels[name] : undefined
    return { ...field, label: key ? t(key) : field.name }
  })
}
