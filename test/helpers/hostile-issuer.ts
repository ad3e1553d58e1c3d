import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { close } from './provider.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** An issuer that can be made to say anything: what no real one does on purpose. */
export type HostileIssuer = {
  issuer: string
  key: CryptoKey
  /** Overrides of its discovery document. */
  document: Record<string, unknown>
  /** Overrides of an ID token that is otherwise right, and how it is signed. */
  claims: Record<string, unknown>
  sign: (claims: Record<string, unknown>) => Promise<string>
  /** Answers at a path instead of what it would say. */
  answers: Map<string, Answer>
  /** The nonce that the flow under way was begun with. */
  nonce: string
  /** Paths that were asked for. */
  asked: string[]
  reset(): void
  close(): Promise<void>
}

export async function startHostileIssuer(clientId: string): Promise<HostileIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const honest = (claims: Record<string, unknown>) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey)
  const self: HostileIssuer = {
    issuer,
    key: privateKey,
    document: {},
    claims: {},
    sign: honest,
    answers: new Map(),
    nonce: '',
    asked: [],
    reset() {
      Object.assign(self, { document: {}, claims: {}, sign: honest, answers: new Map(), asked: [] })
    },
    close: () => close(server),
  }
  const said = async (path: string): Promise<unknown> => {
    if (path === '/.well-known/openid-configuration') {
      return {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/jwks`,
        ...self.document,
      }
    }
    if (path === '/jwks') return { keys: [jwk] }
    if (path !== '/token') return undefined
    const now = Math.floor(Date.now() / 1000)
    const right = { iss: issuer, aud: clientId, sub: 'subject', iat: now, exp: now + 300, nonce: self.nonce }
    const who = { email: 'ana@hostile.example', email_verified: true }
    return {
      token_type: 'Bearer',
      access_token: 'x',
      id_token: await self.sign({ ...right, ...who, ...self.claims }),
    }
  }
  server.on('request', async (request, response) => {
    const path = request.url!.split('?')[0]!
    self.asked.push(path)
    const other = self.answers.get(path)
    if (other) return other(request, response)
    const body = await said(path)
    response
      .writeHead(body ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(body ?? {}))
  })
  return self
}
