import type { Word } from './types.ts'

/**
 * Splits a license line into words, row by row: blanks part words except within quotes and braces, which may go over
 * several rows. One pass over the characters; whatever they are, it ends and loses none. Words as they nearly always
 * are (bare, `NAME=value`, `NAME="value"` on one row) are cut out of the row, others put together by characters.
 */
export class WordReader {
  readonly words: Word[] = []
  #text = ''
  #key = ''
  #value = ''
  #isQuoted = false
  #quote: '' | 'plain' | 'curly' = ''
  #depth = 0

  /** Within a quote or brace: what follows belongs to the same word. */
  get isOpen(): boolean {
    return this.#quote !== '' || this.#depth > 0
  }

  /** `continues`: the row ended in a backslash, so that after `SIGN=` the value may come on the next one. */
  readRow(row: string, continues: boolean): void {
    if (this.isOpen) this.#add(' ')
    let at = 0
    while (at < row.length) at = this.#text === '' ? this.#cut(row, at) : at + 1 + this.#take(row, at)
    const waits = continues && this.#key !== '' && this.#value === '' && !this.#isQuoted
    if (!this.isOpen && !waits) this.#end()
  }

  /** Ends a word that a missing quote, brace or row left open; says whether one was missing. */
  close(): boolean {
    const isUnclosed = this.isOpen
    this.#end()
    return isUnclosed
  }

  /** Takes the blank or the word that begins at that place, or the first character of one of another kind. */
  #cut(row: string, at: number): number {
    if (isBlankCode(row.charCodeAt(at))) return at + 1
    // Where the value begins; of what is no name before its first `=`, where the word does.
    let [from, sawEquals] = [at, false]
    let to = at
    for (; to < row.length; to++) {
      const code = row.charCodeAt(to)
      if (isBlankCode(code)) break
      if (isQuoteCode(code)) return this.#cutQuoted(row, at, from, to) ?? at + 1 + this.#take(row, at)
      if (code === brace && to === from) return at + 1 + this.#take(row, at)
      if (code !== equals || sawEquals) continue
      sawEquals = true
      if (isName(row.slice(at, to))) from = to + 1
    }
    this.#text = row.slice(at, to)
    this.#key = from === at ? '' : row.slice(at, from - 1)
    this.#value = from === at ? this.#text : row.slice(from, to)
    if (to < row.length) this.#end()
    return to
  }

  /** The word whose value is in quotes from `to` on; undefined where that is not all there is to it. */
  #cutQuoted(row: string, at: number, from: number, to: number): number | undefined {
    const close = row.charCodeAt(to) === quote && to === from ? row.indexOf('"', to + 1) : -1
    if (close < 0 || row.charCodeAt(close - 1) === backslash) return undefined
    const key = from === at ? '' : row.slice(at, from - 1)
    this.words.push({ key, value: row.slice(to + 1, close), text: row.slice(at, close + 1), isQuoted: true })
    return close + 1
  }

  /** Takes the character at that place; gives how many more it took. */
  #take(row: string, at: number): number {
    const character = row[at]!
    if (this.#quote !== '') return this.#takeQuoted(row, at)
    if (this.#depth > 0) this.#takeBraced(character)
    else if (isBlankCode(character.charCodeAt(0))) this.#end()
    else if (isQuote(character)) {
      this.#quote = character === '"' ? 'plain' : 'curly'
      this.#isQuoted = true
      this.#text += character
    } else if (character === '{' && this.#value === '') {
      this.#depth = 1
      this.#add(character)
    } else if (character === '=' && this.#key === '' && !this.#isQuoted && isName(this.#value)) {
      this.#key = this.#value
      this.#value = ''
      this.#text += character
    } else this.#add(character)
    return 0
  }

  #takeQuoted(row: string, at: number): number {
    const character = row[at]!
    if (character === '\\' && row[at + 1] === '"' && isEscaped(row, at)) {
      this.#text += '\\"'
      this.#value += '"'
      return 1
    }
    const closes = character === '"' || (this.#quote === 'curly' && isQuote(character))
    if (!closes) this.#add(character)
    else if (this.#depth > 0) {
      this.#quote = ''
      this.#add(character)
    } else {
      this.#text += character
      this.#end()
    }
    return 0
  }

  #takeBraced(character: string): void {
    if (character === '{') this.#depth++
    if (character === '}') this.#depth--
    if (character === '"') this.#quote = 'plain'
    this.#add(character)
    if (this.#depth === 0) this.#end()
  }

  #add(character: string): void {
    this.#text += character
    this.#value += character
  }

  #end(): void {
    if (this.#text !== '') {
      const [key, value, text] = [this.#key, this.#value, this.#text]
      this.words.push({ key, value, text, isQuoted: this.#isQuoted })
    }
    this.#text = this.#key = this.#value = this.#quote = ''
    this.#isQuoted = false
    this.#depth = 0
  }
}

/** A word that stands for itself, such as a host ID: also `HOSTNAME=x`. */
export function plain({ key, value }: Word): string {
  return key === '' ? value : `${key}=${value}`
}

const [quote, backslash, equals, brace] = [...'"\\={'].map((one) => one.charCodeAt(0))

/** Blank, tab, vertical tab, form feed, and a blank that does not break. */
export function isBlankCode(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0b || code === 0x0c || code === 0xa0
}

/** Word processors and mail make of `"` what is prettier. */
export function isQuote(character: string): boolean {
  return isQuoteCode(character.charCodeAt(0))
}

function isQuoteCode(code: number): boolean {
  return code === quote || (code >= 0x201c && code <= 0x201f) || code === 0x2033
}

function isName(text: string): boolean {
  return text.length <= 60 && /^[A-Za-z_][A-Za-z0-9_.]*$/.test(text)
}

/**
 * Whether the backslash before a quote belongs to it. At the end of a Windows path it does not: a blank follows, and the
 * next quote opens an attribute (`"C:\lic\" options="x"`) or there is none.
 */
function isEscaped(row: string, at: number): boolean {
  if (at + 2 < row.length && !isBlankCode(row.charCodeAt(at + 2))) return true
  const next = row.indexOf('"', at + 2)
  return next > 0 && row[next - 1] !== '='
}
