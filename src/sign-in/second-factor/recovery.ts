import { createHmac, randomInt } from 'node:crypto'
import { type Config, keyFor } from '../../config.ts'

/** How many recovery codes a set has. */
export const setSize = 10

// Nothing that looks like something else: no I, L, O, U, 0 or 1.
const letters = 'ABCDEFGHJKMNPQRSTVWXYZ23456789'
const length = 10

/** A set of new codes, as they are shown: XXXXX-XXXXX, each of 49 bits. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: setSize }, () => {
    const code = Array.from({ length }, () => letters[randomInt(letters.length)]).join('')
    return `${code.slice(0, 5)}-${code.slice(5)}`
  })
}

/** What is stored of a code, however it was typed: who steals the database alone cannot try them out. */
export function recoveryHash(config: Pick<Config, 'secret'>, personId: string, typed: string): string {
  const code = typed.toUpperCase().replace(/[^A-Z0-9]/g, '')
  return createHmac('sha256', keyFor(config, 'recovery')).update(`${personId} ${code}`).digest('hex')
}
