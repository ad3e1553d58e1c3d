import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, buildApp } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { openKeys } from '../../src/packs/keys.ts'
import { type Cast, makeCast } from './cast.ts'
import { type TestDatabase, testDatabase } from './database.ts'
import { giveSecondFactor, nextCode } from './second-factor.ts'
import { Visitor } from './visitor.ts'

export type TestApp = {
  app: App
  config: Config
  db: TestDatabase
  cast: Cast
  /** A browser without cookies. */
  visitor(): Visitor
  /** A browser in which that person of the cast has signed in through the form; staff with a second factor. */
  signIn(email: string): Promise<Visitor>
  close(): Promise<void>
}

/** The application that ships, on a database of its own with the cast of the demonstration's accounts. */
export async function testApp(env: NodeJS.ProcessEnv = {}): Promise<TestApp> {
  const home = mkdtempSync(join(tmpdir(), 'guichet-app-'))
  const db = await testDatabase()
  const cast = await makeCast(db.owner)
  const config = readConfig({
    GUICHET_HOME: home,
    GUICHET_DEMO: 'off',
    DATABASE_URL: db.appUrl,
    DATABASE_OWNER_URL: db.ownerUrl,
    ...env,
  })
  const packKeys = openKeys(config.packKeysFolder)
  const app = await buildApp({ config, database: db.database, packKeys })
  await app.ready()
  const visitor = () => new Visitor(app)
  const site = { config, owner: db.owner }
  return {
    app,
    config,
    db,
    cast,
    visitor,
    async signIn(email) {
      const browser = visitor()
      const isStaff = email === 'desk@demo.example'
      // Staff must have one, except in the demonstration.
      if (isStaff && !app.publisher().isDemonstration) await giveSecondFactor(site, email)
      await browser.signIn(email, cast.password, () => nextCode(site, email))
      return browser
    },
    async close() {
      await app.close()
      await db.drop()
    },
  }
}
