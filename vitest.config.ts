import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/cluster.ts'],
    maxWorkers: 2,
    // Each file has its own database and mocks nothing: the application's modules are loaded once per worker.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // A database in the environment of whoever runs the tests is not theirs to use.
    env: { DATABASE_URL: '', DATABASE_OWNER_URL: '' },
  },
})
