import { type KeyObject, sign, verify } from 'node:crypto'

// Compact JWS (RFC 7515) with EdDSA over Ed25519 (RFC 8037). Written on node:crypto and not on an
// asynchronous library, because packs are signed inside a transaction that should not wait for anything.

export type JwsHeader = { alg: string; kid: string; typ?: string; crit?: unknown }

/** Signs a payload; gives `header.payload.signature`. */
export function signJws(payload: object, key: { kid: string; privateKey: KeyObject }, typ: string): string {
  const header: JwsHeader = { alg: 'EdDSA', kid: key.kid, typ }
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${sign(null, Buffer.from(input), key.privateKey).toString('base64url')}`
}

/** The header of a compact JWS, or null where the text is none that we could have made. */
export function readJwsHeader(jws: string): JwsHeader | null {
  if (!/^[\w-]+\.[\w-]+\.[\w-]{86}$/.test(jws)) return null
  const header = decode(jws.split('.')[0]!) as Partial<JwsHeader> | null
  const ours = header?.alg === 'EdDSA' && typeof header.kid === 'string' && header.crit === undefined
  return ours ? (header as JwsHeader) : null
}

/** The payload of a compact JWS whose signature is right, or null. Never throws. */
export function verifyJws(jws: string, publicKey: KeyObject): unknown {
  const [header, payload, signature] = jws.split('.')
  if (!header || !payload || !signature) return null
  const right = verify(
    null,
    Buffer.from(`${header}.${payload}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  )
  return right ? decode(payload) : null
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decode(text: string): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}
