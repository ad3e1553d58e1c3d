import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose'
import { fetchJson, isCallable } from './fetch.ts'
import { SingleSignOnRefused } from './refused.ts'

/** What we need of an issuer's discovery document (OpenID Connect Discovery 1.0, section 3). */
export type Provider = {
  issuer: string
  authorizationEndpoint: string
  tokenEndpoint: string
  userinfoEndpoint: string | undefined
  jwksUri: string
  /** It says who it is in its answers (RFC 9207). */
  saysIssuer: boolean
  takesSecretInBody: boolean
}

const maxAgeMs = 10 * 60_000
const known = new Map<string, { at: number; provider: Promise<Provider> }>()

/** The issuer's document, kept for ten minutes. Throws SingleSignOnRefused where it cannot be had or believed. */
export function discover(issuer: string): Promise<Provider> {
  const kept = known.get(issuer)
  if (kept && Date.now() - kept.at < maxAgeMs) return kept.provider
  const provider = readDocument(issuer)
  known.set(issuer, { at: Date.now(), provider })
  provider.catch(() => known.delete(issuer))
  return provider
}

async function readDocument(issuer: string): Promise<Provider> {
  if (!isCallable(issuer, issuer)) throw new SingleSignOnRefused('unreachable', `${issuer} is not https`)
  const { status, body } = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (status !== 200) throw new SingleSignOnRefused('unreachable', `${issuer} answered ${status}`)
  if (body.issuer !== issuer) throw new SingleSignOnRefused('untrue', `${issuer} calls itself ${body.issuer}`)
  const endpoint = (name: string): string => {
    const url = body[name]
    if (!isCallable(url, issuer)) throw new SingleSignOnRefused('untrue', `${name} of ${issuer} is ${url}`)
    return url
  }
  const methods = body.token_endpoint_auth_methods_supported
  return {
    issuer,
    authorizationEndpoint: endpoint('authorization_endpoint'),
    tokenEndpoint: endpoint('token_endpoint'),
    userinfoEndpoint: body.userinfo_endpoint === undefined ? undefined : endpoint('userinfo_endpoint'),
    jwksUri: endpoint('jwks_uri'),
    saysIssuer: body.authorization_response_iss_parameter_supported === true,
    takesSecretInBody: Array.isArray(methods) && !methods.includes('client_secret_basic'),
  }
}

type Keys = { at: number; find: Promise<JWTVerifyGetKey> }
const keysOf = new Map<string, Keys>()
// An issuer that changes its keys is asked again; somebody who makes up key names does not make us ask.
const pauseMs = 30_000

/** The issuer's keys, asked for again where a token names one that is not among them. */
export function keysFrom({ jwksUri }: Provider): JWTVerifyGetKey {
  return async (header, token) => {
    const kept = keysOf.get(jwksUri)
    if (kept && Date.now() - kept.at < maxAgeMs) {
      try {
        return await (await kept.find)(header, token)
      } catch (error) {
        if (Date.now() - kept.at < pauseMs) throw error
      }
    }
    const find = readKeys(jwksUri)
    keysOf.set(jwksUri, { at: Date.now(), find })
    find.catch(() => keysOf.delete(jwksUri))
    return (await find)(header, token)
  }
}

async function readKeys(jwksUri: string): Promise<JWTVerifyGetKey> {
  const { status, body } = await fetchJson(jwksUri)
  if (status !== 200) throw new SingleSignOnRefused('unreachable', `${jwksUri} answered ${status}`)
  const { createLocalJWKSet } = await import('jose')
  return createLocalJWKSet(body as unknown as JSONWebKeySet)
}
