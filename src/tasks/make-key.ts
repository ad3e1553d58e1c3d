import type { Database } from '../db.ts'
import { newKey, type PackKey, storeKey } from '../packs/keys.ts'
import { recordCommand } from './record-command.ts'

/**
 * Makes a key that signs packs. It is recorded before there is a file of it: no pack is signed by a key that the record
 * does not know. `start`: made by a start that found none, not by a command.
 */
export async function makeKey(database: Database, folder: string, { start = false } = {}): Promise<PackKey> {
  const key = newKey()
  await database.transaction((tx) =>
    recordCommand(tx, {
      verb: 'key.created',
      objectKind: 'key',
      objectId: key.kid,
      details: start ? { start } : {},
    }),
  )
  return storeKey(folder, key)
}
