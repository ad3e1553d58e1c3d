/** A path of our own to go back to, such as a form's hidden `to`; anything that leads elsewhere becomes '/'. */
export function localPath(to: string): string {
  const base = 'http://guichet.invalid'
  if (!to.startsWith('/') || !URL.canParse(to, base)) return '/'
  const url = new URL(to, base)
  return url.origin === base && !/^\/[/\\]/.test(to) ? url.pathname + url.search : '/'
}
