/**
 * Run after an install: reads what a first start and the commands read, so that Node keeps it compiled (NODE_COMPILE_CACHE, the same
 * folder as in the `start` script). A start without it is slower, nothing else.
 */
const read = [
  () => import('../app.ts'),
  () => import('../runtime.ts'),
  () => import('../jobs/start.ts'),
  () => import('../mail/start.ts'),
  () => import('../demonstration/load.ts'),
  () => import('./migrate.ts'),
  // The commands that run most often, or take most memory.
  () => import('./import.ts'),
  () => import('./verify.ts'),
]

try {
  await Promise.all(read.map((module) => module()))
} catch (error) {
  process.stderr.write(`What a start reads could not be compiled beforehand: ${(error as Error).message}\n`)
}

export {}
