import { Type } from 'typebox'
import { Invalid } from '../errors.ts'
import { guessablePieces, type Piece } from './guessable.ts'

/** Shortest and longest password that can be chosen, in characters. */
export const shortestPassword = 12
export const longestPassword = 1000

// A character may take several code units, and more still before it is composed.
const longestTyped = 10 * longestPassword

/** A password field, for readForm. */
export const PasswordField = Type.String({ minLength: 1, maxLength: longestTyped })

/** The two fields of a form in which a password is chosen. */
export const chosenPasswordFields = {
  password: PasswordField,
  passwordAgain: Type.String({ maxLength: longestTyped }),
}

/**
 * Checks a password that somebody chooses. `own`: their name and address and the publisher's name, which it may not be
 * made of. Throws Invalid with every reason.
 */
export function checkChosenPassword(
  chosen: { password: string; passwordAgain: string },
  own: readonly string[],
): void {
  const { password, passwordAgain } = chosen
  const problem = problemOf(password, own)
  const problems = problem ? [{ field: 'password', ...problem }] : []
  if (password !== passwordAgain)
    problems.push({ field: 'passwordAgain', key: 'sign-in.different', params: {} })
  if (problems.length) throw new Invalid(problems)
}

function problemOf(password: string, own: readonly string[]) {
  const { length } = [...password.normalize('NFC')]
  if (length < shortestPassword)
    return { key: 'sign-in.passwordShort', params: { min: shortestPassword, length } }
  if (length > longestPassword) return { key: 'forms.tooLong', params: { max: longestPassword, length } }
  const pieces = guessablePieces(password, own)
  return pieces.length ? { key: 'sign-in.guessable', params: saying(pieces) } : undefined
}

const kinds: Piece[] = ['common', 'keys', 'repeated', 'date', 'own']

/** 'yes' or 'no' for each kind. */
function saying(pieces: Piece[]): Record<string, string> {
  return Object.fromEntries(kinds.map((kind) => [kind, pieces.includes(kind) ? 'yes' : 'no']))
}
