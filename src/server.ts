import { enableCompileCache } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from './app.ts'
import { type Config, ConfigError, leadsNowhere, readConfig, unknownSettings } from './config.ts'
import { demonstrationAccounts, demonstrationPassword } from './demonstration/accounts.ts'
import { refuseUnfit } from './fit.ts'
import { loggerFor } from './logger.ts'
import type { PackKey } from './packs/keys.ts'
import type { Opened } from './runtime.ts'
import { startWords } from './start-words.ts'

const restMs = 500

/** Ctrl-C comes twice under `npm start`: from the terminal, and from npm, which passes it on. */
const samePressMs = 1000

const say = (text: string) => process.stdout.write(`${text}\n`)

// What was opened and how it is closed; in reverse order.
const closers: (() => Promise<void>)[] = []
let isClosing = false
let signalledAt: number | undefined

process.on('SIGTERM', onSignal)
process.on('SIGINT', onSignal)
try {
  await start()
} catch (error) {
  if (!isClosing) {
    process.stderr.write(`\nGuichet cannot start.\n${startWords(error)}\n`)
    await closeAll()
    process.exit(1)
  }
}

/** config → database → app → listen. */
async function start(): Promise<void> {
  await refuseUnfit()
  const config = readConfig()
  // Types are stripped and modules compiled once, not at every start.
  enableCompileCache(join(config.home, 'compile-cache'))
  // The rest is read only once the settings are known to be right.
  const [{ activeKey, findKeys }, { openDatabase, prepareDemonstration }] = await Promise.all([
    import('./packs/keys.ts'),
    import('./runtime.ts'),
  ])
  const found = findKeys(config.packKeysFolder)
  if (found.length > 0) activeKey(found)
  const pages = Promise.withResolvers<typeof import('./app.ts')>()
  // A fault in them is thrown where they are awaited.
  pages.promise.catch(() => {})
  const readPages = () => pages.resolve(import('./app.ts'))
  const opened = await openDatabase(config, say, { meanwhile: readPages })
  closers.push(() => opened.close())
  const packKeys = found.length > 0 ? found : [await firstKey(config, opened)]
  if (packKeys.some(({ status }) => status === 'compromised')) await outdatePacks(opened, packKeys)
  // The database loads the demonstration while the pages are put together, and the first of them is asked for.
  const named = Promise.withResolvers<void>()
  const demonstration = prepareDemonstration(config, opened, named.resolve)
  demonstration.catch(() => {})
  const { buildApp } = await pages.promise
  const logger = loggerFor(config, process.stdout.isTTY)
  const app = await buildApp({ config, database: opened.database, packKeys, logger, until: demonstration })
  closers.push(() => app.close())
  // The publisher's name stands on the first page.
  await Promise.race([named.promise, demonstration])
  await app.refreshPublisher()
  await listen(app, config)
  const isDemo = await demonstration
  if (isDemo) await app.refreshPublisher()
  const { port } = app.server.address() as AddressInfo
  greet(config, config.baseUrl.replace(/:0$/, `:${port}`), isDemo)
  await startRest(config, app)
}

async function listen(app: App, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    // Elsewhere these codes speak of the machine of the database.
    if (!['ENOTFOUND', 'EAI_AGAIN'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    throw new ConfigError(
      `HOST is "${host}": no address of that name is known. It takes one of this machine’s, such as 127.0.0.1 or ::1 ` +
        '(without brackets), or 0.0.0.0 or :: for all of them.',
    )
  }
}

async function firstKey({ packKeysFolder }: Config, { database }: Opened): Promise<PackKey> {
  const { makeKey } = await import('./tasks/make-key.ts')
  return makeKey(database, packKeysFolder, { start: true })
}

async function outdatePacks({ ownerUrl }: Opened, packKeys: PackKey[]): Promise<void> {
  const [{ connect }, { outdateCompromised }] = await Promise.all([
    import('./db.ts'),
    import('./packs/outdate-compromised.ts'),
  ])
  const owner = connect({ url: ownerUrl, poolSize: 1, applicationName: 'guichet start' })
  try {
    await owner.transaction((tx) => outdateCompromised(tx, packKeys))
  } finally {
    await owner.close()
  }
}

/** What no page waits for: a browser that asks at once is answered first. */
async function startRest(config: Config, app: App): Promise<void> {
  await sleep(restMs)
  if (isClosing) return
  const { startJobs } = await import('./jobs/start.ts')
  const jobs = await startJobs(app)
  closers.push(() => jobs.stop())
  await greetMail(config)
}

function greet(config: Config, address: string, isDemo: boolean): void {
  const { databaseUrl, databaseOwnerUrl } = config
  if (databaseUrl && databaseOwnerUrl === databaseUrl) {
    say(
      'Only DATABASE_URL is set, so the application itself owns its tables: row-level security and append-only ' +
        'records are not enforced by the database. Set DATABASE_OWNER_URL to a second role to have both (docs/install.md).',
    )
  }
  for (const name of unknownSettings()) {
    say(`${name} has no effect: there is no such setting. docs/install.md has the names of all.`)
  }
  if (leadsNowhere(config)) {
    say(
      `GUICHET_URL is not set: links in mail and one-time links begin with ${address}, which leads nowhere.`,
    )
  }
  say(`\nGuichet is open at ${address}\n`)
  if (!isDemo) return
  say(
    `This is a demonstration: everything in it is invented. Accounts, all with the password ${demonstrationPassword}:\n`,
  )
  for (const { email, who } of demonstrationAccounts) say(`  ${email.padEnd(26)}${who.en}`)
  say('')
}

/** Where mail goes, and whether its server answers; it need not for all the rest to work. */
async function greetMail(config: Config): Promise<void> {
  const { mailWords, mailProblem } = await import('./mail/start.ts')
  say(mailWords(config))
  const problem = await mailProblem(config)
  if (problem) say(problem)
}

/**
 * SIGTERM or Ctrl-C: finish what is under way, then close the database. A second signal, or ten seconds, ends the
 * process at once: nothing that was answered is lost by it.
 */
async function onSignal(): Promise<void> {
  const now = performance.now()
  if (signalledAt !== undefined && now - signalledAt < samePressMs) return
  if (isClosing) process.exit(1)
  signalledAt = now
  setTimeout(() => process.exit(1), 10_000).unref()
  process.exit((await closeAll()) ? 0 : 1)
}

async function closeAll(): Promise<boolean> {
  isClosing = true
  for (let close = closers.pop(); close; close = closers.pop()) {
    try {
      await close()
    } catch (error) {
      process.stderr.write(`${startWords(error)}\n`)
      return false
    }
  }
  return true
}
