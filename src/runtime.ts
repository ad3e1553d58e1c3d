import { type Config, isDemonstration } from './config.ts'
import type { Database } from './db.ts'
import { findRunning, startEmbedded } from './embedded-postgres.ts'

export interface Opened {
  /** As the application's role. */
  database: Database
  /** As the role that owns the tables. */
  ownerUrl: string
  close(): Promise<void>
}

/**
 * Opens the configured database, or starts the embedded one, and brings its tables up to date. `beside`: a command
 * that may join the embedded database of a Guichet that runs. `meanwhile` is called once while Postgres comes up.
 * Throws with words for the operator.
 */
export async function openDatabase(
  config: Config,
  log: (text: string) => void,
  { beside = false, meanwhile = () => {} } = {},
): Promise<Opened> {
  const embedded = config.databaseUrl ? undefined : await embeddedFor(config, log, beside, meanwhile)
  if (!embedded) meanwhile()
  const appUrl = embedded?.appUrl ?? config.databaseUrl!
  const ownerUrl = embedded?.ownerUrl ?? config.databaseOwnerUrl!
  const { prepare } = config
  try {
    const [{ connect }, { migrate }] = await Promise.all([import('./db.ts'), import('./tasks/migrate.ts')])
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

async function embeddedFor(
  { home }: Config,
  log: (text: string) => void,
  beside: boolean,
  meanwhile: () => void,
) {
  const running = beside ? findRunning(home) : undefined
  return running ? { ...running, stop: async () => {} } : startEmbedded({ home, log, meanwhile })
}

/**
 * Loads the demonstration where it is wanted and the database is still empty; says whether this is one. `onNamed`: see
 * demonstration/load.ts.
 */
export async function prepareDemonstration(
  config: Config,
  opened: Opened,
  onNamed: () => void,
): Promise<boolean> {
  if (!isDemonstration(config)) return false
  if (await isLoaded(opened)) return true
  const { loadDemonstrationOnce } = await import('./demonstration/load.ts')
  return loadDemonstrationOnce(config, opened, onNamed)
}

/** Whether the demonstration is all there, its requests (which it makes last) included: most starts need no more. */
async function isLoaded({ ownerUrl }: Opened): Promise<boolean> {
  const { connect } = await import('./db.ts')
  const owner = connect({ url: ownerUrl, poolSize: 1, applicationName: 'guichet start' })
  try {
    const [row] = await owner.sql<{ loaded: boolean }[]>`
      select is_demonstration and exists (select from requests) as loaded from publisher`
    return row?.loaded ?? false
  } finally {
    await owner.close()
  }
}
