import { type Config, readConfig } from '../config.ts'
import { connect, type Database } from '../db.ts'
import { type Opened, openDatabase } from '../runtime.ts'

/**
 * Opens the database for a command as its owner, so that it reaches every customer, and closes it after. While
 * Guichet runs on its embedded database, the command joins it there.
 */
export async function withDatabase(
  work: (parts: { config: Config; opened: Opened; owner: Database }) => Promise<number>,
): Promise<number> {
  const config = readConfig()
  const opened = await openDatabase(config, (text) => process.stderr.write(`${text}\n`), { beside: true })
  const owner = connect({ url: opened.ownerUrl, prepare: config.prepare, applicationName: 'guichet command' })
  try {
    return await work({ config, opened, owner })
  } finally {
    await owner.close()
    await opened.close()
  }
}
