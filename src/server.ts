import type { AddressInfo } from 'node:net'
import { buildApp } from './app.ts'
import { type Config, readConfig } from './config.ts'
import { demonstrationAccounts, demonstrationPassword } from './demonstration/accounts.ts'
import { refuseUnfit } from './fit.ts'
import { startJobs } from './jobs/start.ts'
import { openKeys } from './packs/keys.ts'
import { type Opened, openDatabase, prepareDemonstration } from './runtime.ts'
import { startWords } from './start-words.ts'

const say = (text: string) => process.stdout.write(`${text}\n`)

try {
  await start()
} catch (error) {
  process.stderr.write(`\nGuichet cannot start.\n${startWords(error)}\n`)
  process.exit(1)
}

/** config → database → app → listen; on SIGTERM or Ctrl-C finish what is under way, then close the database. */
async function start(): Promise<void> {
  await refuseUnfit()
  const config = readConfig()
  const packKeys = openKeys(config.packKeysFolder)
  const opened = await openDatabase(config, say)
  try {
    const isDemo = await prepareDemonstration(config, opened)
    const { database } = opened
    const app = await buildApp({ config, database, packKeys, logger: loggerFor(config) })
    await app.listen({ host: config.host, port: config.port })
    const jobs = await startJobs(app)
    const { port } = app.server.address() as AddressInfo
    greet({ ...config, baseUrl: config.baseUrl.replace(/:0$/, `:${port}`) }, isDemo, opened)
    closeOnSignal(async () => {
      await app.close()
      await jobs.stop()
      await opened.close()
    })
  } catch (error) {
    await opened.close()
    throw error
  }
}

function loggerFor(config: Config) {
  return {
    level: process.stdout.isTTY && config.logLevel === 'info' ? 'warn' : config.logLevel,
    redact: ['req.headers.cookie', 'req.headers.authorization', 'res.headers["set-cookie"]'],
  }
}

function greet(config: Config, isDemo: boolean, { ownerUrl }: Opened): void {
  if (config.databaseUrl && ownerUrl === config.databaseUrl) {
    say(
      'Only DATABASE_URL is set, so the application itself owns its tables: row-level security and append-only ' +
        'records are not enforced by the database. Set DATABASE_OWNER_URL to a second role to have both (docs/install.md).',
    )
  }
  say(`\nGuichet is open at ${config.baseUrl}\n`)
  if (!isDemo) return
  say(
    `This is a demonstration: everything in it is invented. Accounts, all with the password ${demonstrationPassword}:\n`,
  )
  for (const { email, who } of demonstrationAccounts) say(`  ${email.padEnd(26)}${who.en}`)
  say('')
}

/** A second signal while closing, or ten seconds, ends the process at once: nothing answered is lost by it. */
function closeOnSignal(close: () => Promise<void>): void {
  let closing = false
  const onSignal = () => {
    if (closing) process.exit(1)
    closing = true
    setTimeout(() => process.exit(1), 10_000).unref()
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${startWords(error)}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}
