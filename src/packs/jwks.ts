import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { KeyStatus, PackKey } from './keys.ts'

// The public half of the keys as a JWK set (RFC 7517), for those who check packs. `status` and
// `compromisedFrom` are members of ours, which others are told by the RFC to ignore.

type PublicJwk = JsonWebKey & {
  kid: string
  use?: string
  alg?: string
  status?: KeyStatus
  compromisedFrom?: string
}
export type PublicJwks = { keys: PublicJwk[] }

export type CheckKey = {
  kid: string
  compromised: boolean
  compromisedFrom: string | null
  publicKey: KeyObject
}

/** What /.well-known/jwks.json answers and `guichet verify --keys` reads. */
export function publicJwks(keys: readonly PackKey[]): PublicJwks {
  return {
    keys: keys.map(({ kid, status, compromisedFrom, publicKey }) => {
      const { kty, crv, x } = publicKey.export({ format: 'jwk' })
      return {
        kty,
        crv,
        x,
        kid,
        use: 'sig',
        alg: 'EdDSA',
        status,
        ...(compromisedFrom ? { compromisedFrom } : {}),
      }
    }),
  }
}

/** Reads the text of a JWK set; null where it is none. */
export function readJwks(text: string): PublicJwks | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
    return Array.isArray((value as PublicJwks)?.keys) ? (value as PublicJwks) : null
  } catch {
    return null
  }
}

/** The keys of a set that can check packs, by key ID. Other kinds of key are passed over. */
export function checkKeys(jwks: PublicJwks): Map<string, CheckKey> {
  const usable = jwks.keys.flatMap((jwk) => {
    const publicKey = importPublic(jwk)
    if (!publicKey || typeof jwk.kid !== 'string') return []
    return [
      {
        kid: jwk.kid,
        compromised: jwk.status === 'compromised',
        compromisedFrom: jwk.compromisedFrom ?? null,
        publicKey,
      },
    ]
  })
  return new Map(usable.map((key) => [key.kid, key]))
}

/** The first 16 characters of the key's thumbprint (RFC 7638). */
export function keyIdOf(jwk: JsonWebKey): string {
  const members = JSON.stringify({ crv: jwk?.crv, kty: jwk?.kty, x: jwk?.x })
  return createHash('sha256').update(members).digest('base64url').slice(0, 16)
}

function importPublic(jwk: PublicJwk): KeyObject | null {
  try {
    if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519') return null
    return createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x! }, format: 'jwk' })
  } catch {
    return null
  }
}
