import { Type } from 'typebox'
import { Invalid } from '../errors.ts'
import { isLocale, type Locale } from '../web/i18n.ts'

/** A person's name, for readForm. */
export const NameField = Type.String({ minLength: 1, maxLength: 200 })

export const ProfileForm = Type.Object({
  name: NameField,
  phone: Type.String({ maxLength: 50 }),
  language: Type.String({ maxLength: 10 }),
  timeZone: Type.String({ maxLength: 60 }),
  /** The mark of the profile that the form showed. */
  seen: Type.Optional(Type.String({ maxLength: 64 })),
})

export type Profile = { name: string; phone: string; language: Locale | null; timeZone: string | null }

/** Every time zone that dates can be shown in, by its IANA name. */
export const timeZones: readonly string[] = [
  ...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']),
].sort()

/** What was typed, as it is kept: without a language the browser's counts, without a zone the publisher's. */
export function readProfile(form: {
  name: string
  phone: string
  language: string
  timeZone: string
}): Profile {
  const { language, timeZone } = form
  const problems = [
    ...(/^[\p{N}\s+()./-]*(?:\s*\p{L}{1,5}\.?\s*\d{1,8})?$/u.test(form.phone)
      ? []
      : [{ field: 'phone', key: 'accounts.profile.notAPhone' }]),
    ...(language === '' || isLocale(language)
      ? []
      : [{ field: 'language', key: 'accounts.profile.notOffered' }]),
    ...(timeZone === '' || timeZones.includes(timeZone)
      ? []
      : [{ field: 'timeZone', key: 'accounts.profile.notOffered' }]),
  ]
  if (problems.length) throw new Invalid(problems)
  return {
    name: form.name.replace(/\s+/g, ' '),
    phone: form.phone.replace(/\s+/g, ' '),
    language: isLocale(language) ? language : null,
    timeZone: timeZone || null,
  }
}
