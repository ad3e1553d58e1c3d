import type { Translate } from '../web/i18n.ts'

const domain = '@deleted.invalid'
const placeholder = /deleted-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}@deleted\.invalid/g

/** What stands for the address of somebody whose account is deleted: unique, and nobody's. */
export function deletedAddress(personId: string): string {
  return `deleted-${personId}${domain}`
}

/** A text with the words "a deleted account" wherever such an address stands in it. */
export function sayDeleted(text: string, t: Translate): string {
  return text.includes(domain) ? text.replace(placeholder, t('accounts.deletedAccount')) : text
}
