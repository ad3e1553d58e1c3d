import type { PackInput } from '../pack-input.ts'
import { type SignedPack, type SigningKey, signPack } from '../sign.ts'

/** A cutter makes the signed file from what is on a host; `keyId` names the key it signs with. */
export type Cutter = ((input: PackInput, at?: Date) => SignedPack) & { readonly keyId: string }

/** The cutter for products that check our own signature: no program, no wait, inside the transaction. */
export function builtInCutter(key: SigningKey): Cutter {
  return Object.assign((input: PackInput, at?: Date) => signPack(input, key, at), { keyId: key.kid })
}
