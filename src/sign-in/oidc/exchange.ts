import type { JWTPayload } from 'jose'
import type { App } from '../../app.ts'
import { unseal } from '../seal.ts'
import { keysFrom, type Provider } from './discovery.ts'
import { fetchJson } from './fetch.ts'
import type { Flow } from './flow.ts'
import type { Issuer } from './issuers.ts'
import { SingleSignOnRefused } from './refused.ts'

/** What an issuer says of who signed in there. */
export type Claims = {
  subject: string
  /** Lower case. */
  email: string
  isVerified: boolean
  name: string
  /** When they gave their password there; undefined where it does not say. */
  authenticatedAt: Date | undefined
}

// Signed with the issuer's own key; never 'none', and no secret that both have.
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/**
 * Changes the code for the issuer's ID token and checks it: signature, algorithm, issuer, audience, time, nonce
 * (OpenID Connect Core 1.0, section 3.1.3.7). Throws SingleSignOnRefused.
 */
export async function exchange(
  app: App,
  { issuer, provider, flow, code }: { issuer: Issuer; provider: Provider; flow: Flow; code: string },
): Promise<Claims> {
  const tokens = await askForTokens(app, { issuer, provider, flow, code })
  const token = await verifyToken(String(tokens.id_token ?? ''), { issuer, provider, flow })
  const said = await askWho(provider, token, tokens.access_token)
  if (typeof said.email !== 'string' || said.email.length > 254 || !/^[^\s@]+@[^\s@]+$/.test(said.email)) {
    throw new SingleSignOnRefused('unverified', 'no address')
  }
  return {
    subject: token.sub!,
    email: said.email.toLowerCase(),
    isVerified: said.email_verified === true || said.email_verified === 'true',
    name:
      typeof said.name === 'string'
        ? said.name
            .replace(/\p{Cc}/gu, ' ')
            .trim()
            .slice(0, 200)
        : '',
    authenticatedAt: typeof token.auth_time === 'number' ? new Date(token.auth_time * 1000) : undefined,
  }
}

type Parts = { issuer: Issuer; provider: Provider; flow: Flow }

async function askForTokens(app: App, { issuer, provider, flow, code }: Parts & { code: string }) {
  const secret = issuer.clientSecret && unseal(app.config, 'issuer', issuer.issuer, issuer.clientSecret)
  if (issuer.clientSecret && !secret)
    throw new Error(`The client secret of ${issuer.issuer} cannot be opened`)
  const fields = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: callbackOf(app, issuer),
    code_verifier: flow.verifier,
  })
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' }
  if (secret && !provider.takesSecretInBody) headers.authorization = basic(issuer.clientId, secret)
  else fields.set('client_id', issuer.clientId)
  if (secret && provider.takesSecretInBody) fields.set('client_secret', secret)
  const answer = await fetchJson(provider.tokenEndpoint, { method: 'POST', headers, body: fields })
  if (answer.status !== 200) {
    throw new SingleSignOnRefused(
      'untrue',
      `tokens: ${answer.status} ${String(answer.body.error).slice(0, 60)}`,
    )
  }
  return answer.body
}

// RFC 6749, section 2.3.1: encoded as in a form.
function basic(id: string, secret: string): string {
  const [user, password] = [id, secret].map((text) => new URLSearchParams({ x: text }).toString().slice(2))
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

async function verifyToken(token: string, { issuer, provider, flow }: Parts): Promise<JWTPayload> {
  const { clientId } = issuer
  try {
    const { jwtVerify } = await import('jose')
    const { payload } = await jwtVerify(token, keysFrom(provider), {
      issuer: issuer.issuer,
      audience: clientId,
      algorithms,
      requiredClaims: ['sub', 'iat', 'exp', 'nonce'],
      clockTolerance: 60,
      maxTokenAge: 600,
    })
    if (payload.nonce !== flow.nonce) throw new Error('nonce')
    const isForOthers = Array.isArray(payload.aud) && payload.aud.length > 1
    if ((isForOthers || payload.azp !== undefined) && payload.azp !== clientId) throw new Error('azp')
    if (!payload.sub || payload.sub.length > 255) throw new Error('sub')
    return payload
  } catch (error) {
    if (error instanceof SingleSignOnRefused) throw error
    throw new SingleSignOnRefused('untrue', (error as Error).message, { cause: error })
  }
}

/** Some issuers give the address only when asked for it with the access token (Core, section 5.3). */
async function askWho(provider: Provider, token: JWTPayload, accessToken: unknown): Promise<JWTPayload> {
  const isComplete = token.email !== undefined && token.email_verified !== undefined
  if (isComplete || !provider.userinfoEndpoint || typeof accessToken !== 'string') return token
  const headers = { authorization: `Bearer ${accessToken}` }
  const { status, body } = await fetchJson(provider.userinfoEndpoint, { headers })
  if (status !== 200 || body.sub !== token.sub) throw new SingleSignOnRefused('untrue', 'userinfo')
  return { ...body, ...token }
}

/** Where the issuer sends people back to; it must be told so beforehand. Each issuer has its own (RFC 9700, 4.4). */
export function callbackOf(app: { config: Pick<App['config'], 'baseUrl'> }, issuer: { id: string }): string {
  return `${app.config.baseUrl}/sign-in/at/${issuer.id}/callback`
}
