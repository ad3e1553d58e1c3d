import { type Config, isDemonstration } from './config.ts'
import { connect, type Database } from './db.ts'
import { type Embedded, startEmbedded } from './embedded-postgres.ts'
import { migrate } from './tasks/migrate.ts'

export interface Opened {
  /** As the application's role. */
  database: Database
  /** As the role that owns the tables. */
  ownerUrl: string
  close(): Promise<void>
}

/**
 * Opens the configured database, or starts the embedded one, and brings its tables up to date.
 * Throws with words for the operator.
 */
export async function openDatabase(config: Config, log: (text: string) => void): Promise<Opened> {
  const embedded: Embedded | undefined = config.databaseUrl
    ? undefined
    : await startEmbedded({ home: config.home, log })
  const appUrl = embedded?.appUrl ?? config.databaseUrl!
  const ownerUrl = embedded?.ownerUrl ?? config.databaseOwnerUrl!
  const { prepare } = config
  try {
    await migrate(ownerUrl, decodeURIComponent(new URL(appUrl).username))
    const database = connect({ url: appUrl, prepare })
    return {
      database,
      ownerUrl,
      async close() {
        await database.close()
        await embedded?.stop()
      },
    }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

/** Loads the demonstration where it is wanted and the database is still empty; says whether this is one. */
export async function prepareDemonstration(config: Config, opened: Opened): Promise<boolean> {
  if (!isDemonstration(config)) return false
  const { loadDemonstrationOnce } = await import('./demonstration/load.ts')
  return loadDemonstrationOnce(config, opened)
}
