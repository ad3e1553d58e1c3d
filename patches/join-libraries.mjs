// Two libraries come in hundreds of small files, which a start finds and opens one by one: half a second for nothing.
// Once installed, the files behind the entries we import are joined, and these entries give the same exports as before.
// Without the bundler (an install without what development needs) they stay as they came.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const libraries = {
  typebox: { folder: 'typebox/build', suffix: 'mjs', entries: ['index'] },
  'drizzle-orm': {
    folder: 'drizzle-orm',
    suffix: 'js',
    entries: ['index', 'pg-core/index', 'postgres-js/index', 'postgres-js/migrator'],
  },
}

const bundler = await import('rolldown').catch(() => undefined)
if (bundler) for (const library of Object.values(libraries)) await join(library)

async function join({ folder, suffix, entries }) {
  const root = fileURLToPath(new URL(`../node_modules/${folder}/`, import.meta.url))
  const done = `${root}joined-files.${suffix}`
  if (existsSync(done)) return
  const bundle = await bundler.rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, `${root}${entry}.${suffix}`])),
    // What is not the library's own stays outside: it is shared with others.
    external: (id) => !/^[./]/.test(id),
    platform: 'node',
    treeshake: false,
    logLevel: 'silent',
  })
  await bundle.write({
    dir: root,
    format: 'esm',
    entryFileNames: `[name].${suffix}`,
    codeSplitting: { groups: [{ name: 'joined-files', test: /./ }] },
    chunkFileNames: `[name].${suffix}`,
  })
  await bundle.close()
}
