import Type from 'typebox'
import { readAddress } from '../accounts/address.ts'
import { Invalid, type ProblemKey } from '../errors.ts'
import { countries } from '../imports/countries.ts'
import type { Format } from '../web/format.ts'

const text = (maxLength: number) => Type.String({ maxLength })

/** A place, with the limits that the publisher's files have (imports/customers/read.ts). */
const place = {
  addressLine1: text(200),
  postalCode: text(20),
  city: text(100),
  country: text(2),
}

export const CompanyForm = Type.Object({
  mark: text(16),
  addressLine1: place.addressLine1,
  addressLine2: text(200),
  postalCode: place.postalCode,
  city: place.city,
  region: text(100),
  country: place.country,
  phone: text(50),
  email: text(254),
  contact: text(254),
})

export const HostPlaceForm = Type.Object({
  mark: text(16),
  label: Type.String({ minLength: 1, maxLength: 100 }),
  server1: text(300),
  server2: text(300),
  server3: text(300),
  port: text(5),
  ...place,
})

/** What is wrong with a country: a code of ISO 3166-1 or nothing. */
export function checkCountry(country: string): ProblemKey[] {
  return country === '' || countries.has(country)
    ? []
    : [{ field: 'country', key: 'addresses.country.unknown' }]
}

/** Digits with what people write between them, and an extension in words. */
export function checkPhone(phone: string): ProblemKey[] {
  const isPhone = /^[\p{N}\s+()./-]*(?:\s*\p{L}{1,5}\.?\s*\d{1,8})?$/u.test(phone)
  return isPhone ? [] : [{ field: 'phone', key: 'accounts.profile.notAPhone' }]
}

/** An e-mail address or nothing. */
export function checkEmail(email: string): ProblemKey[] {
  if (email === '') return []
  try {
    readAddress(email)
    return []
  } catch (error) {
    if (error instanceof Invalid) return error.problems
    throw error
  }
}

/** Countries to choose from, by name in the reader's language; one that is none is offered as it stands. */
export function countryOptions(format: Format, none: string, current: string) {
  const named = [...countries]
    .map((code) => ({ value: code, text: format.country(code) }))
    .sort((a, b) => a.text.localeCompare(b.text))
  const odd = current !== '' && !countries.has(current) ? [{ value: current, text: current }] : []
  return [{ value: '', text: none }, ...odd, ...named]
}
