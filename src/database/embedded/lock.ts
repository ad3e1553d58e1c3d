import { execFileSync } from 'node:child_process'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Takes the lock file, which names the process that holds it, and returns what gives it back; throws with words
 * when another process has it. A lock whose process is gone (killed, or before a restart) is taken over.
 */
export function takeLock(file: string, home: string): () => void {
  const mine = `${process.pid} ${startOf(process.pid)}`
  for (let attempt = 0; attempt < 10; attempt++) {
    if (create(file, mine)) return () => rmSync(file, { force: true })
    const holder = read(file)
    if (holder !== undefined && isStillHeld(holder)) {
      throw new Error(
        `${home} is in use by another Guichet (process ${holder.split(' ')[0]}): stop that one, ` +
          'or give this one a folder of its own by GUICHET_HOME.',
      )
    }
    if (holder !== undefined) clear(file, holder)
  }
  throw new Error(`${home} is being started by another Guichet at this moment: try again.`)
}

/** Whether a living process holds the lock. */
export function isLocked(file: string): boolean {
  const holder = read(file)
  return holder !== undefined && isHeld(holder)
}

// Written aside and then linked, so that nobody reads half of it.
function create(file: string, content: string): boolean {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, content)
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

// A second process may have cleared and taken it since we read it: moved aside first, what was moved is looked at.
function clear(file: string, stale: string): void {
  const aside = `${file}.stale.${process.pid}`
  try {
    renameSync(file, aside)
    if (read(aside) !== stale) linkSync(aside, file)
  } catch {
    // Somebody else was quicker; the next try sees what they did.
  } finally {
    rmSync(aside, { force: true })
  }
}

// A process that was killed a moment ago may take some time to be gone.
function isStillHeld(holder: string): boolean {
  for (let waited = 0; waited < 1000; waited += 50) {
    if (!isHeld(holder)) return false
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  }
  return true
}

function isHeld(holder: string): boolean {
  const pid = Number(holder.split(' ')[0])
  return holder === `${pid} ${startOf(pid)}`
}

// Process IDs are used again (in a container nearly always the same ones); with the start they are unique. One that
// ended and whose end nobody has asked for yet (a zombie: a container without an init process keeps them) is gone.
function startOf(pid: number): string {
  try {
    if (process.platform !== 'linux') {
      const [state, ...start] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', `${pid}`], {
        encoding: 'utf8',
      })
        .trim()
        .split(/\s+/)
      return state?.startsWith('Z') ? 'gone' : start.join(' ')
    }
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return /[ZXx]/.test(fields[0]!) ? 'gone' : `${boot} ${fields[19]}`
  } catch {
    return 'gone'
  }
}
