import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseHTML } from 'linkedom'
import Provider from 'oidc-provider'

export type ProviderAccount = { email: string; email_verified: boolean; name?: string }

export type TestProvider = {
  issuer: string
  /** Who can sign in there, by subject; may be changed at any time. */
  accounts: Map<string, ProviderAccount>
  /** Signs in there as that subject, coming from this address; gives where the browser is sent to at the end. */
  signIn(url: string, subject: string): Promise<string>
  /** Breaks off on its sign-in page. */
  abort(url: string): Promise<string>
  close(): Promise<void>
}

export type ProviderClient = { client_id: string; client_secret?: string; redirect_uris: string[] }

/** A real OpenID Connect provider on this machine (package oidc-provider), with its development pages. */
export async function startProvider(
  clients: (issuer: string) => ProviderClient[],
  settings: Record<string, unknown> = {},
): Promise<TestProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const accounts = new Map<string, ProviderAccount>()
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider = new Provider(issuer, {
    clients: clients(issuer).map((client) => ({
      grant_types: ['authorization_code'],
      response_types: ['code'],
      ...(client.client_secret ? {} : { token_endpoint_auth_method: 'none' }),
      ...client,
    })),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_ctx: unknown, id: string) => {
      const account = accounts.get(id)
      return account && { accountId: id, claims: () => ({ sub: id, ...account }) }
    },
    ...settings,
  })
  server.on('request', provider.callback())
  return {
    issuer,
    accounts,
    signIn: (url, subject) => follow(issuer, url, (page) => answer(page, subject)),
    abort: (url) => follow(issuer, url, (page) => ({ url: linkTo(page, '/abort') })),
    close: () => close(server),
  }
}

type Step = { url: string; fields?: URLSearchParams }

/** A browser with a jar of its own, which fills in pages until it is sent away from the issuer. */
async function follow(issuer: string, start: string, fill: (page: Document) => Step): Promise<string> {
  const jar = new Map<string, string>()
  let step: Step = { url: start }
  for (let hops = 0; hops < 20; hops++) {
    const url = new URL(step.url, issuer).href
    if (!url.startsWith(`${issuer}/`)) return url
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(step.fields ? { method: 'POST', body: step.fields } : {}),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!
      if (value) jar.set(name!, value)
      else jar.delete(name!)
    }
    const location = response.headers.get('location')
    const text = await response.text()
    if (!location && !response.ok)
      throw new Error(`${url} answered ${response.status}: ${text.replace(/<[^>]+>/g, ' ').slice(-600)}`)
    step = location ? { url: location } : fill(parseHTML(text).document as unknown as Document)
  }
  throw new Error(`more than twenty steps from ${start}`)
}

function answer(page: Document, subject: string): Step {
  const form = page.querySelector('form')!
  const fields = new URLSearchParams({ login: subject, password: 'x' })
  for (const input of form.querySelectorAll('input[type=hidden]')) {
    fields.set(input.getAttribute('name')!, input.getAttribute('value') ?? '')
  }
  return { url: form.getAttribute('action')!, fields }
}

function linkTo(page: Document, end: string): string {
  const link = [...page.querySelectorAll('a')].find((a) => a.getAttribute('href')?.endsWith(end))
  return link!.getAttribute('href')!
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
