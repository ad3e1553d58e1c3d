import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import packed from '@sparticuz/chromium'

/** Where Chromium is, and the fonts.conf to start it with (undefined: the machine's own). */
export type Found = { executable: string; fontConfig?: string }

/** CHROMIUM_PATH, or the Chromium of the package, unpacked once for this user and version. */
export async function findChromium(): Promise<Found> {
  const own = process.env.CHROMIUM_PATH
  if (own) {
    if (!existsSync(own)) throw new Error(`CHROMIUM_PATH: there is no ${own}`)
    return { executable: own }
  }
  const folder = join(tmpdir(), `guichet-chromium-${version()}-${userInfo().uid}`)
  if (!existsSync(folder)) await unpack(folder)
  // Anyone can make folders in the temporary one; another's programs are not run.
  if ((await stat(folder)).uid !== userInfo().uid)
    throw new Error(`${folder} belongs to somebody else: remove it`)
  return { executable: join(folder, 'chromium'), fontConfig: join(folder, 'fonts.conf') }
}

function version(): string {
  const file = new URL('../package.json', import.meta.resolve('@sparticuz/chromium'))
  return JSON.parse(readFileSync(file, 'utf8')).version
}

/** Test files run beside each other: each unpacks for itself, and the first to finish gives the folder its name. */
async function unpack(folder: string): Promise<void> {
  const fresh = await mkdtemp(`${folder}-`)
  const { TMPDIR } = process.env
  process.env.TMPDIR = fresh
  try {
    await packed.executablePath()
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  }
  await writeFile(join(fresh, 'fonts.conf'), fontConfig(folder))
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }))
}

/** A bare machine has no fonts at all: the package's, before whatever else there is. */
function fontConfig(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${folder}/font-cache</cachedir>
</fontconfig>
`
}
