import { startVitest } from 'vitest/node'

// The long matrix (test/all): what `npm test` checks once, in every language × width × scheme, with the Nu checker and
// the text browsers that this machine has. What it lacks is named and left out.
const vitest = await startVitest('test', [], {
  run: true,
  watch: false,
  include: ['test/all/*.all.ts'],
  testTimeout: 120_000,
})
await vitest.close()
