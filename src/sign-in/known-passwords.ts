import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** Shortest entry that counts with a tail behind it. */
const shortestStem = 8
const longestTail = 4

let list: Set<string> | undefined

// Read when first asked for: nobody chooses a password while we start.
function knownPasswords(): Set<string> {
  list ??= new Set(readList().filter((password) => password.length >= shortestStem))
  return list
}

function readList(): string[] {
  const { dictionary }: Pick<typeof import('@zxcvbn-ts/language-common'), 'dictionary'> = load(
    '@zxcvbn-ts/language-common',
  )
  return dictionary['passwords-common']
}

/**
 * Whether a password in lower case is on the published list of the 49,000 most common ones that the package
 * `@zxcvbn-ts/language-common` brings, as it is or before a tail of up to four digits and signs.
 */
export function isKnownPassword(lower: string): boolean {
  const known = knownPasswords()
  if (known.has(lower)) return true
  const stem = lower.replace(/[^\p{L}]+$/u, '')
  return stem.length >= shortestStem && lower.length - stem.length <= longestTail && known.has(stem)
}
