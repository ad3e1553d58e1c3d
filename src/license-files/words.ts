import type { Word } from './types.ts'

/**
 * Splits a license line into words, row by row: blanks part words except within quotes and braces, which may go over
 * several rows. One pass over the characters; whatever they are, it ends and loses none.
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
    for (let at = 0; at < row.length; at++) at += this.#take(row, at)
    const waits = continues && this.#key !== '' && this.#value === '' && !this.#isQuoted
    if (!this.isOpen && !waits) this.#end()
  }

  /** Ends a word that a missing quote, brace or row left open; says whether one was missing. */
  close(): boolean {
    const isUnclosed = this.isOpen
    this.#end()
    return isUnclosed
  }

  /** Takes the character at that place; gives how many more it took. */
  #take(row: string, at: number): number {
    const character = row[at]!
    if (this.#quote !== '') return this.#takeQuoted(row, at)
    if (this.#depth > 0) this.#takeBraced(character)
    else if (isBlank(character)) this.#end()
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

export function isBlank(character: string | undefined): boolean {
  return (
    character === ' ' ||
    character === '\t' ||
    character === '\u00a0' ||
    character === '\v' ||
    character === '\f'
  )
}

/** Word processors and mail make of `"` what is prettier. */
export function isQuote(character: string): boolean {
  return '"\u201c\u201d\u201e\u201f\u2033'.includes(character)
}

function isName(text: string): boolean {
  return text.length <= 60 && /^[A-Za-z_][A-Za-z0-9_.]*$/.test(text)
}

/**
 * Whether the backslash before a quote belongs to it. At the end of a Windows path it does not: a blank follows, and the
 * next quote opens an attribute (`"C:\lic\" options="x"`) or there is none.
 */
function isEscaped(row: string, at: number): boolean {
  const after = row[at + 2]
  if (after !== undefined && !isBlank(after)) return true
  const next = row.indexOf('"', at + 2)
  return next > 0 && row[next - 1] !== '='
}
