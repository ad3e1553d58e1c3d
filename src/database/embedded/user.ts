import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Whom Postgres runs as; empty: as ourselves. */
export type RunAs = { uid?: number; gid?: number }

const name = 'guichet-pg'
const wayOut = 'run Guichet as an ordinary user, or set DATABASE_URL to a Postgres of your own.'

/**
 * Postgres refuses to run as root: then it gets a system user of its own, made when it is missing. The owner of a
 * data folder that exists already stays its owner.
 */
export function chooseUser(dataFolder: string): RunAs {
  if (process.getuid?.() !== 0) return {}
  if (existsSync(dataFolder)) {
    const { uid, gid } = statSync(dataFolder)
    if (uid !== 0) return { uid, gid }
  }
  if (!lookUp()) makeUser()
  const user = lookUp()
  if (user) return user
  throw new Error(
    `Postgres cannot run as root, and the system user ${name} cannot be made: make it, ${wayOut}`,
  )
}

/** Throws, with words, where the user Postgres runs as cannot get at `path`. */
export function mustReach(path: string, user: RunAs): void {
  if (user.uid === undefined) return
  const { status } = spawnSync('/bin/sh', ['-c', '[ -r "$0" ] && [ -x "$0" ]', path], { ...user, cwd: '/' })
  if (status === 0) return
  const closed = closedFolders(path, user)
  throw new Error(
    `Postgres cannot run as root; it runs as ${name}, who may not enter ${closed.join(' and ') || path}. ` +
      `Move Guichet (or, by GUICHET_HOME, its data) to a folder open to others, such as /srv/guichet, ` +
      `or open that one (chmod o+rx), ${wayOut}`,
  )
}

function lookUp(): Required<RunAs> | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined
}

function makeUser(): void {
  const { error } = spawnSync('useradd', [
    '--system',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    name,
  ])
  // Alpine and other BusyBox systems have only this one.
  if (error) spawnSync('adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', name])
}

function closedFolders(path: string, { uid, gid }: RunAs): string[] {
  const folders: string[] = []
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) folders.unshift(folder)
  return folders.filter((folder) => {
    const { mode, uid: owner, gid: group } = statSync(folder)
    return !(mode & (owner === uid ? 0o100 : group === gid ? 0o010 : 0o001))
  })
}
