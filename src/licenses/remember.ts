const most = 2000

/**
 * A function that keeps its answers, by owner (such as a language's words) and text. Days and their distances repeat
 * from row to row and page to page, and writing them out costs more than the rest of a row.
 */
export function remember<O extends object>(make: (owner: O, text: string) => string) {
  const kept = new WeakMap<O, Map<string, string>>()
  return (owner: O, text: string): string => {
    let answers = kept.get(owner)
    if (!answers || answers.size >= most) {
      answers = new Map()
      kept.set(owner, answers)
    }
    const known = answers.get(text)
    if (known !== undefined) return known
    const answer = make(owner, text)
    answers.set(text, answer)
    return answer
  }
}
