import type { TypedField } from './failures.ts'
import type { Translate } from './i18n.ts'

/** Catalogue keys of what people type, by the name of the field. What has none is carried along and not shown. */
const labels: Record<string, string> = {
  addressLine1: 'plans.newHost.address',
  addressLine2: 'addresses.field.addressLine2',
  cause: 'plans.reason.title',
  city: 'plans.newHost.city',
  country: 'plans.newHost.country',
  customer: 'requests.customerNumber',
  customerNumber: 'requests.customerNumber',
  declaration: 'plans.reason.declaration',
  email: 'accounts.email',
  id: 'plans.newHost.id',
  label: 'plans.newHost.label',
  language: 'accounts.language',
  leadDays: 'notifications.leadDays',
  leaves: 'privileges.leaves',
  licensing: 'privileges.licensing',
  licensingUntil: 'privileges.lastDay.licensing',
  name: 'accounts.name',
  nominee: 'requests.nominee',
  note: 'hosts.notes.new',
  only: 'notifications.calendar.what',
  output: 'clinic.output',
  phone: 'accounts.phone',
  port: 'plans.newHost.port',
  postalCode: 'plans.newHost.postalCode',
  privilege: 'privileges.privilege',
  privileges: 'privileges.privileges',
  proof: 'requests.proof',
  quantity: 'plans.quantity.label',
  question: 'desk.question',
  reason: 'requests.declineWhy',
  region: 'addresses.field.region',
  reporting: 'privileges.reporting',
  reportingUntil: 'privileges.lastDay.reporting',
  server: 'plans.newHost.server',
  supervisor: 'privileges.supervisor',
  text: 'requests.message',
  timeZone: 'accounts.timeZone',
  topics: 'notifications.topics',
  until: 'privileges.lastDay.any',
  why: 'privileges.ask.why',
  word: 'requests.word',
  words: 'requests.declineWords',
}

const held = {
  yes: 'privileges.preview.yes',
  keep: 'privileges.many.keep',
  give: 'privileges.many.give',
  take: 'privileges.many.take',
}
const named = { licensing: 'privileges.licensing', reporting: 'privileges.reporting' }

/** Catalogue keys of what is ticked or chosen, by the name of the field: all else is shown as it was typed. */
const values: Record<string, Record<string, string>> = {
  leaves: held,
  licensing: held,
  privilege: { ...named, supervisor: 'privileges.supervisor' },
  privileges: named,
  reporting: held,
  supervisor: held,
}

// An ID of ours, which stands for what was chosen from a list, says nothing to its reader.
const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export type LabelledField = TypedField & { shown?: { label: string; value: string } }

/** The fields of a form that is given back; those that its reader has typed with what they are called. */
export function labelled(fields: TypedField[], t: Translate): LabelledField[] {
  return fields.map((field) => {
    const label = labelOf(field.name)
    if (!label || !field.value || isId.test(field.value)) return field
    const value = own(own(values, field.name) ?? {}, field.value)
    return { ...field, shown: { label: t(label), value: value ? t(value) : field.value } }
  })
}

/** The catalogue key of a field's label; undefined where the field is not shown. */
export function labelOf(name: string): string | undefined {
  // A table of quantities has a field for each of its rows, a triad has three host IDs and names.
  return own(labels, name) ?? own(labels, name.replace(/^(quantity)-.*|^(id|server)[1-3]$/, '$1$2'))
}

function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
