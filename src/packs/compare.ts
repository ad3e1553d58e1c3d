import { attributeOf } from './canonical.ts'
import { diffPacks } from './diff.ts'
import { dayOfFlexnetDate } from './formats/flexnet.ts'
import { readLicenseFile } from './formats/flexnet-reader.ts'

/** What a line says. `until` and `from` are days, '' for a license without end. */
export type Fact = {
  name:
    | 'version'
    | 'quantity'
    | 'until'
    | 'from'
    | 'order'
    | 'product'
    | 'hostId'
    | 'server'
    | 'port'
    | 'text'
  value: string
}

/** A line that came, went, or says something else; of the last only what differs. */
export type Change = {
  kind: 'added' | 'removed' | 'changed'
  what: 'license' | 'server' | 'daemon' | 'header'
  /** Feature, server, daemon, or the name of a row of the header. */
  name: string
  before: Fact[]
  after: Fact[]
}

type Line = { what: Change['what']; key: string; name: string; facts: Fact[] }

/** What differs between two issues of a pack: header, servers, license lines. Day of issue and signatures do not. */
export function comparePacks(before: string, after: string): Change[] {
  const lines = diffPacks(before, after)
  const side = (sign: '+' | '-', text: string) => [
    ...headerLines(text),
    ...lines.filter((line) => line.sign === sign).flatMap((line) => licenseLine(line.text)),
  ]
  return pair(side('-', before), side('+', after))
}

/** Lines left as they are: license lines of the later issue that no change names. */
export function countSame(before: string, after: string): number {
  return diffPacks(before, after).filter(({ sign, text }) => sign === ' ' && text.startsWith('INCREMENT '))
    .length
}

/** What changed, in a word: `retrieval.change.<word>`. */
export type ChangeWord =
  | 'first'
  | 'same'
  | 'added'
  | 'removed'
  | 'quantities'
  | 'terms'
  | 'header'
  | 'server'
  | 'several'

export function wordFor(changes: readonly Change[]): ChangeWord {
  const words = new Set(changes.map(wordOf))
  if (words.size === 0) return 'same'
  return words.size === 1 ? [...words][0]! : 'several'
}

function wordOf({ kind, what, after }: Change): ChangeWord {
  if (what === 'header') return 'header'
  if (what !== 'license') return 'server'
  if (kind !== 'changed') return kind
  if (after.every(({ name }) => name === 'quantity')) return 'quantities'
  return after.every(({ name }) => ['until', 'from', 'order'].includes(name)) ? 'terms' : 'several'
}

function pair(gone: Line[], come: Line[]): Change[] {
  const left = [...come]
  const changes: Change[] = []
  for (const { what, key, name, facts } of gone) {
    const fits = (line: Line) => line.what === what && line.key === key
    const sameOrder = left.findIndex((line) => fits(line) && orderOf(line.facts) === orderOf(facts))
    const index = sameOrder < 0 ? left.findIndex(fits) : sameOrder
    const [now] = index < 0 ? [] : left.splice(index, 1)
    if (!now) changes.push({ kind: 'removed', what, name, before: facts, after: [] })
    else if (!isSame(facts, now.facts)) {
      changes.push({
        ...{ kind: 'changed', what, name },
        before: facts.filter((fact) => !has(now.facts, fact)),
        after: now.facts.filter((fact) => !has(facts, fact)),
      })
    }
  }
  const added = left.map(
    ({ what, name, facts }): Change => ({ kind: 'added', what, name, before: [], after: facts }),
  )
  const order: Change['what'][] = ['header', 'server', 'daemon', 'license']
  return [...changes, ...added].toSorted((a, b) => order.indexOf(a.what) - order.indexOf(b.what))
}

const orderOf = (facts: Fact[]) => facts.find(({ name }) => name === 'order')?.value

const has = (facts: Fact[], { name, value }: Fact) =>
  facts.some((one) => one.name === name && one.value === value)

function isSame(facts: Fact[], others: Fact[]): boolean {
  return facts.length === others.length && facts.every((fact) => has(others, fact))
}

function licenseLine(text: string): Line[] {
  const words = readLicenseFile(text).lines[0]?.words ?? []
  const [keyword = '', name = '', second = '', version = '', until = '', count = ''] = words
  if (keyword === 'VENDOR') return [{ what: 'daemon', key: name, name, facts: [] }]
  if (keyword === 'SERVER') {
    const facts: Fact[] = [
      { name: 'server', value: name },
      { name: 'port', value: version },
    ]
    return [{ what: 'server', key: second, name: second, facts }]
  }
  if (keyword !== 'INCREMENT') return []
  const order = attributeOf(words, 'SN') ?? ''
  const facts: Fact[] = [
    { name: 'version', value: version },
    { name: 'quantity', value: count },
    { name: 'until', value: dayOfFlexnetDate(until) ?? '' },
    { name: 'from', value: dayOfFlexnetDate(attributeOf(words, 'START') ?? '') ?? '' },
    { name: 'product', value: attributeOf(words, 'VENDOR_STRING') ?? '' },
    { name: 'order', value: order },
    { name: 'hostId', value: attributeOf(words, 'HOSTID') ?? '' },
  ]
  // A renewed term has another order: it is still the same license of that product.
  return [
    {
      what: 'license',
      key: [name, second, attributeOf(words, 'VENDOR_STRING')].join(' '),
      name,
      facts: facts.filter((fact) => fact.value !== '' || fact.name === 'until'),
    },
  ]
}

/** Rows of the comment at the head that say for whom and for which host it is; their names are ours (header.ts). */
function headerLines(text: string): Line[] {
  const rows: { name: string; value: string }[] = []
  for (const { text: comment } of readLicenseFile(text).comments.slice(2)) {
    const row = comment.slice(2)
    if (row === '' || comment === '#') break
    const name = row.slice(0, 14).trim().replace(/:$/, '')
    if (name) rows.push({ name, value: row.slice(14) })
    else if (rows.length > 0) rows.at(-1)!.value += `, ${row.slice(14)}`
  }
  return rows
    .filter(({ name }) => ['Customer', 'Address', 'Host', 'Host ID', 'Host IDs'].includes(name))
    .map(({ name, value }) => ({ what: 'header', key: name, name, facts: [{ name: 'text', value }] }))
}
