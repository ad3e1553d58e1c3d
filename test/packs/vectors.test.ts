import { createPrivateKey, createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import vectors from '../../docs/license-pack-vectors.json' with { type: 'json' }
import { canonicalLine } from '../../src/packs/canonical.ts'
import { readLicenseFile } from '../../src/packs/formats/flexnet-reader.ts'
import type { PublicJwks } from '../../src/packs/jwks.ts'
import { signLine } from '../../src/packs/sign.ts'
import { verifyPack } from '../../src/packs/verify.ts'

// The vectors are what others build their checks on: a change that fails here is a new version of the format.

const jwks = vectors.jwks as PublicJwks
const { kid, ...jwk } = jwks.keys[0]!

test.each(vectors.lines)('line: $name', ({ line, serverIds, canonical, sign }) => {
  const { words } = readLicenseFile(line).lines[0]!
  expect(canonicalLine(words, serverIds)).toBe(canonical)
  const privateKey = createPrivateKey({ key: vectors.privateJwk as JsonWebKey, format: 'jwk' })
  expect(signLine(words, serverIds, { kid, privateKey })).toBe(sign)
  const publicKey = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
  expect(verify(null, Buffer.from(canonical), publicKey, Buffer.from(sign.split(':')[2]!, 'base64url'))).toBe(
    true,
  )
})

test.each(vectors.packs)('pack: $name', ({ text, verdict, issue, problems }) => {
  const check = verifyPack(text, jwks, { today: vectors.today })
  expect(check).toMatchObject({ verdict, issue, problems })
  expect(check.problems).toHaveLength(problems.length)
})
