/** Digits of any script (full-width, Arabic, Devanagari and others) as 0 to 9; what else there is stays. */
export function plainDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0)!
    // Beyond these, digits of several styles follow each other, which nobody types.
    if (code > 0xffff) return digit
    let zero = code
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
    return String(code - zero)
  })
}
