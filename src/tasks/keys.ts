import { readConfig } from '../config.ts'
import { publicJwks } from '../packs/jwks.ts'
import { createKey, openKeys } from '../packs/keys.ts'
import { recordCommand } from './record-command.ts'
import { withDatabase } from './with-database.ts'

/** `guichet keys`: the public keys that check packs (for `guichet verify --keys`); `keys create` makes a new one. */
export async function run(args: string[]): Promise<number> {
  const { packKeysFolder } = readConfig()
  if (args[0] === 'create' && args.length === 1) return create(packKeysFolder)
  if (args.length) {
    process.stderr.write('Usage: guichet keys [create]\n')
    return 2
  }
  process.stdout.write(`${JSON.stringify(publicJwks(openKeys(packKeysFolder)), null, 2)}\n`)
  return 0
}

async function create(folder: string): Promise<number> {
  return withDatabase(async ({ owner }) => {
    const { kid } = createKey(folder)
    await owner.transaction((tx) =>
      recordCommand(tx, { verb: 'key.created', objectKind: 'key', objectId: kid }),
    )
    process.stdout.write(`${kid}\n`)
    process.stderr.write('The new key signs from the next start of Guichet on. Earlier packs stay valid.\n')
    return 0
  })
}
