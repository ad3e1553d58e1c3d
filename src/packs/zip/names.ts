const mostBytes = 120

/**
 * A text as part of a file's name on every system: letters, digits, dot, hyphen and underscore of any script, what
 * else it holds a hyphen. Never empty, begins and ends with neither dot nor hyphen, 120 bytes at most.
 */
export function namePart(text: string, otherwise: string): string {
  const plain = text
    .toWellFormed()
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')
  let part = ''
  for (const sign of plain) {
    if (Buffer.byteLength(part + sign) > mostBytes) break
    part += sign
  }
  return part.replace(/^[.\p{M}-]+|[.-]+$/gu, '') || otherwise
}

/**
 * Gives names that no system takes for one another (which ignore case, or write letters and their accents apart): a
 * second one of the same is numbered before `tail`.
 */
export function uniqueNames(taken: readonly string[] = []): (head: string, tail: string) => string {
  const key = (name: string) => name.normalize('NFKD').toUpperCase().toLowerCase()
  const used = new Set(taken.map(key))
  return (head, tail) => {
    let name = head + tail
    for (let count = 2; used.has(key(name)); count++) name = `${head}-${count}${tail}`
    used.add(key(name))
    return name
  }
}

/** The end of a pack's file name: which issue, and of a host out of service that it is. */
export function issuePart({ issue, isEnded }: { issue: number; isEnded: boolean }): string {
  return `${isEnded ? '_out-of-service' : ''}_issue-${issue}.lic`
}
