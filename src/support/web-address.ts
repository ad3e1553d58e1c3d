/** An address the publisher set, if it may stand in a link: https, http or mailto; null for anything else. */
export function webAddress(text: string): string | null {
  const url = URL.parse(text.trim())
  return url && ['https:', 'http:', 'mailto:'].includes(url.protocol) ? url.href : null
}
