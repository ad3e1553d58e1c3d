import { startEmbedded } from '../../src/embedded-postgres.ts'

// A process of its own that starts the embedded Postgres in the folder of its argument, says where it is, and stops
// it on SIGTERM.
const home = process.argv[2]!
try {
  const embedded = await startEmbedded({ home, log: () => {}, durable: false })
  const alive = setInterval(() => {}, 60_000)
  process.once('SIGTERM', async () => {
    await embedded.stop()
    clearInterval(alive)
  })
  console.log(JSON.stringify({ url: embedded.adminUrl }))
} catch (error) {
  console.log(JSON.stringify({ error: (error as Error).message }))
}
