import { buildApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { connect } from '../../src/db.ts'
import { openKeys } from '../../src/packs/keys.ts'

/** The application that ships, in a process of its own, on the database of the environment. */
const config = readConfig()
const database = connect({ url: config.databaseUrl! })
const app = await buildApp({ config, database, packKeys: openKeys(config.packKeysFolder) })
await app.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ port: (app.server.address() as { port: number }).port })
process.on('disconnect', () => process.exit(0))
