import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/cluster.ts'],
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // A database in the environment of whoever runs the tests is not theirs to use.
    env: { DATABASE_URL: '', DATABASE_OWNER_URL: '' },
  },
})
