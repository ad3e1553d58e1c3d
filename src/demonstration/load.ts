import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import type { Config } from '../config.ts'
import { connect, type Database } from '../db.ts'
import { fileNames } from '../imports/file-list.ts'
import { loadFolder } from '../imports/load.ts'
import type { Opened } from '../runtime.ts'
import { publisher } from '../schema.ts'
import { hashPassword } from '../sign-in/password.ts'
import { todayIn } from '../web/format.ts'
import { demonstrationPassword } from './accounts.ts'
import { confirmAccounts } from './people.ts'
import { makeRequests } from './requests.ts'

const settings = {
  id: 1,
  name: 'Halden Software',
  timeZone: 'Europe/Paris',
  supportText: 'Telephone +33 2 55 55 01 00, Monday to Friday, 9:00 to 18:00',
  supportUrl: 'mailto:support@halden.example',
}

/**
 * Loads the demonstration publisher (domain.md section 10) into an empty database; says whether the database holds
 * it. `onNamed` is told once the publisher has its name, before all else. Companies, accounts and the mark that it is a demonstration are stored together or not at all.
 */
export async function loadDemonstrationOnce(
  config: Pick<Config, 'packKeysFolder' | 'prepare'>,
  { database, ownerUrl }: Pick<Opened, 'database' | 'ownerUrl'>,
  onNamed: () => void = () => {},
): Promise<boolean> {
  const owner = connect({
    url: ownerUrl,
    prepare: config.prepare,
    poolSize: 2,
    applicationName: 'guichet demonstration',
  })
  try {
    const state = await readState(owner)
    if (!state.isDemonstration && !state.isEmpty) return false
    if (!state.isDemonstration) {
      await nameIt(owner)
      onNamed()
      await loadCompanies(owner)
    }
    if (!state.hasRequests) await makeRequests({ owner, database, packKeysFolder: config.packKeysFolder })
    return true
  } finally {
    await owner.close()
  }
}

type State = { isDemonstration: boolean; isEmpty: boolean; hasRequests: boolean }

async function readState(owner: Database): Promise<State> {
  const [state] = await owner.transaction((tx) =>
    tx.execute<State>(sql`
      select coalesce((select is_demonstration from publisher), false) as "isDemonstration",
        not exists (select from customers) and not exists (select from people) as "isEmpty",
        exists (select from requests) as "hasRequests"`),
  )
  return state!
}

async function nameIt(owner: Database): Promise<void> {
  await owner.db
    .insert(publisher)
    .values(settings)
    .onConflictDoUpdate({ target: publisher.id, set: settings })
}

async function loadCompanies(owner: Database): Promise<void> {
  const hash = hashPassword(demonstrationPassword)
  const folder = await mkdtemp(join(tmpdir(), 'guichet-demonstration-'))
  try {
    await writeFiles(folder, todayIn(settings.timeZone))
    await loadFolder(owner, {
      folder,
      by: 'demonstration',
      also: async (tx) => confirmAccounts(tx, await hash),
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The files in the repository have days relative to the day of loading: `{+69}`, `{-9}`. */
async function writeFiles(folder: string, today: string): Promise<void> {
  for (const name of fileNames) {
    const text = await readFile(new URL(`files/${name}`, import.meta.url), 'utf8')
    await writeFile(
      join(folder, name),
      text.replace(/\{([+-]\d+)\}/g, (_, days) => addDays(today, Number(days))),
    )
  }
}

function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}
