/** A path of our own to go back to, such as a form's hidden `to`; anything that leads elsewhere becomes '/'. */
export function localPath(to: string): string {
  const base = 'http://guichet.invalid'
  if (!to.startsWith('/') || !URL.canParse(to, base)) return '/'
  const url = new URL(to, base)
  // A path such as /.//host resolves to //host, which a browser takes for another site.
  return url.origin === base && !url.pathname.startsWith('//') ? url.pathname + url.search : '/'
}
