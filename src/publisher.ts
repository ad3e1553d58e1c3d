import { eq } from 'drizzle-orm'
import type { Database } from './db.ts'
import { publisher } from './schema.ts'
import { todayIn } from './web/format.ts'

export type Publisher = typeof publisher.$inferSelect

export interface PublisherSettings {
  current(): Publisher
  /** Today in the publisher's zone, 'YYYY-MM-DD'. */
  today(): string
  refresh(): Promise<void>
}

const maxAgeMs = 10_000

/** The publisher's row, read at start and again in the background when older than ten seconds. */
export async function publisherSettings(database: Database): Promise<PublisherSettings> {
  let row = await readPublisher(database)
  let readAt = Date.now()
  const refresh = async () => {
    readAt = Date.now()
    row = await readPublisher(database)
  }
  return {
    current() {
      if (Date.now() - readAt > maxAgeMs) refresh().catch(() => {})
      return row
    },
    today: () => todayIn(row.timeZone),
    refresh,
  }
}

async function readPublisher(database: Database): Promise<Publisher> {
  const [row] = await database.db.select().from(publisher).where(eq(publisher.id, 1))
  if (row) return row
  await database.db.insert(publisher).values({ id: 1 }).onConflictDoNothing()
  return readPublisher(database)
}
