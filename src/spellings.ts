/** Letters that have no accent by decomposition. */
const strokes: Record<string, string> = { ø: 'o', ł: 'l', đ: 'd', ħ: 'h', ŧ: 't', ı: 'i' }
const ligatures: Record<string, string> = { œ: 'oe', Œ: 'oe', æ: 'ae', Æ: 'ae', ß: 'ss' }

/** Of each plain letter all its spellings in Latin-1 and Latin Extended-A (Unicode, U+00C0 to U+017F), and back. */
const spelt = new Map<string, string>()
const plainOf = new Map<string, string>()
for (const plain of 'abcdefghijklmnopqrstuvwxyz') {
  plainOf.set(plain.toUpperCase(), plain)
  spelt.set(plain, plain + plain.toUpperCase())
}
for (let code = 0xc0; code <= 0x17f; code++) {
  const letter = String.fromCodePoint(code)
  const lower = letter.toLowerCase()
  const plain = strokes[lower] ?? lower.normalize('NFD').replace(/\p{M}/gu, '')
  const all = spelt.get(plain)
  if (!all) continue
  plainOf.set(letter, plain)
  spelt.set(plain, all + letter)
}

const pairs: Record<string, string> = {
  oe: `(?:${anySpelling('o')}${anySpelling('e')}|[œŒ])`,
  ae: `(?:${anySpelling('a')}${anySpelling('e')}|[æÆ])`,
  ss: `(?:${anySpelling('s')}${anySpelling('s')}|ß)`,
}

/**
 * What a person typed as a regular expression of Postgres (for `~*`) that finds it anywhere and takes any accents on
 * Latin letters: "trace" finds "Tracé" and the other way round, "coeur" finds "Cœur". No character is a wildcard.
 */
export function spellings(typed: string): string {
  const plain = Array.from(
    typed.normalize('NFC'),
    (letter) => ligatures[letter] ?? plainOf.get(letter) ?? letter,
  )
  return [...plain.join('').matchAll(/oe|ae|ss|./gsu)]
    .map(([part]) => pairs[part] ?? anySpelling(part))
    .join('')
}

function anySpelling(letter: string): string {
  const all = spelt.get(letter)
  return all ? `[${all}]` : letter.replace(/[\\^$.|?*+()[\]{}]/, '\\$&')
}
