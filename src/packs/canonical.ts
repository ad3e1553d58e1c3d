// The canonical form of a license line, which its SIGN covers. docs/license-pack.md describes it for those
// who check packs in their own products; a change here is a new version of the format.

const VERSION = 'guichet-line-1'

/** Words after the six required ones which an administrator may add or change: lower-case keywords. */
const FREE = /^[a-z][a-z0-9_]*=/

/** The first six words: keyword, feature, daemon, version, end, count. */
export function headOf(words: readonly string[]): string {
  return words.slice(0, 6).join(' ')
}

/** Counted lines take a license server, uncounted ones are locked to a machine by `HOSTID=`. */
export function isCounted(words: readonly string[]): boolean {
  return words[5] !== 'uncounted' && words[5] !== '0'
}

/**
 * The text that is signed: version; for counted lines the server host IDs in order; the six required words;
 * the upper-case attributes in order, without SIGN. One item a line, joined by LF, none at the end.
 */
export function canonicalLine(words: readonly string[], serverIds: readonly string[]): string {
  const servers = isCounted(words) ? serverIds.map((id) => `SERVER ${id}`) : []
  const attributes = words.slice(6).filter((item) => !FREE.test(item) && !item.startsWith('SIGN='))
  return [VERSION, ...servers, ...words.slice(0, 6), ...attributes.map(plainAttribute)].join('\n')
}

/** The value of an attribute without its quotes; undefined where the line has none, or has it twice. */
export function attributeOf(words: readonly string[], name: string): string | undefined {
  const found = words.slice(6).filter((item) => item.startsWith(`${name}=`))
  return found.length === 1 ? plainAttribute(found[0]!).slice(name.length + 1) : undefined
}

/** `NAME="a  b"` → `NAME=a b`. */
function plainAttribute(item: string): string {
  const quoted = /^([^"=]+=)"([^"]*)"$/.exec(item)
  return quoted ? quoted[1]! + quoted[2]!.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '') : item
}
