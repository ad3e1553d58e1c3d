import { readConfig } from '../config.ts'
import { publicJwks } from '../packs/jwks.ts'
import { findKeys, type PackKey } from '../packs/keys.ts'
import { makeKey } from './make-key.ts'
import { withDatabase } from './with-database.ts'

/** `guichet keys`: the public keys that check packs (for `guichet verify --keys`); `keys create` makes a new one. */
export async function run(args: string[]): Promise<number> {
  const { packKeysFolder: folder } = readConfig()
  if (args[0] === 'create' && args.length === 1) return create(folder)
  if (args.length) {
    process.stderr.write('Usage: guichet keys [create]\n')
    return 2
  }
  const found = findKeys(folder)
  if (found.length > 0) return print(found)
  // The first one, before any start.
  return withDatabase(async ({ owner }) => print([await makeKey(owner, folder)]))
}

function print(keys: PackKey[]): number {
  process.stdout.write(`${JSON.stringify(publicJwks(keys), null, 2)}\n`)
  return 0
}

async function create(folder: string): Promise<number> {
  return withDatabase(async ({ owner }) => {
    const { kid } = await makeKey(owner, folder)
    process.stdout.write(`${kid}\n`)
    process.stderr.write('The new key signs from the next start of Guichet on. Earlier packs stay valid.\n')
    return 0
  })
}
