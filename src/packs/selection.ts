/** Hosts that can be chosen one by one over several pages: their IDs travel in the address, 22 characters each. */
export const mostChosen = 300

const bytesOfId = 16

/** IDs as text for an address or a form. */
export function writeSelection(ids: readonly string[]): string {
  return Buffer.from(ids.join('').replaceAll('-', ''), 'hex').toString('base64url')
}

/** What writeSelection made, each ID once; none where the text is something else, or more than can be chosen. */
export function readSelection(text: unknown): string[] {
  if (typeof text !== 'string' || !/^[\w-]*$/.test(text)) return []
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length % bytesOfId !== 0 || bytes.length > mostChosen * bytesOfId) return []
  const ids = Array.from({ length: bytes.length / bytesOfId }, (_, index) =>
    bytes
      .subarray(index * bytesOfId, (index + 1) * bytesOfId)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  )
  return [...new Set(ids)]
}
