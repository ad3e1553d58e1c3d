import { Type } from 'typebox'
import { Invalid } from '../errors.ts'

/** A field for an e-mail address, for readForm. */
export const EmailField = Type.String({ minLength: 1, maxLength: 254 })

/** An e-mail address of a form as we keep it, lower case. Throws Invalid where it is none. */
export function readAddress(text: string, field = 'email'): string {
  const email = text.toLowerCase()
  if (!/^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]+\.[^\s@<>,;:"()[\]\\.]{2,}$/.test(email)) {
    throw new Invalid([{ field, key: 'accounts.notAnAddress' }])
  }
  return email
}
