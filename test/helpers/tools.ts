import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whether the machine has that program. */
export function has(program: string): boolean {
  return spawnSync(program, ['-version'], { stdio: 'ignore', timeout: 20_000 }).error === undefined
}

/** Runs a program; its output, whatever its exit code. */
export async function output(program: string, args: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(program, args, { maxBuffer: 50_000_000, timeout: 300_000 })
    return stdout + stderr
  } catch (error) {
    const { stdout = '', stderr = '', code } = error as { stdout?: string; stderr?: string; code?: unknown }
    if (code === 'ENOENT') throw error
    return stdout + stderr
  }
}

type NuMessage = { type: string; url?: string; lastLine?: number; message: string }

// Tables that restack on a phone say the roles that CSS would take from them: wanted.
const wanted = /^The “role” attribute must not be used on a “(tr|th|td)” element/

/** What the Nu checker (npm package vnu-jar, fetched by npm exec) finds wrong in these files; null where it cannot run. */
export async function nuErrors(files: string[]): Promise<string[] | null> {
  const args = [
    'exec',
    '--yes',
    '--package=vnu-jar',
    '--',
    'vnu',
    '--format',
    'json',
    '--stdout',
    '--errors-only',
  ]
  const said = await output('npm', [...args, ...files])
  const json = /^\{.*"messages":.*\}$/m.exec(said)?.[0]
  if (json === undefined) return said.trim() === '' ? [] : null
  const { messages } = JSON.parse(json) as { messages: NuMessage[] }
  const unwanted = messages.filter(({ message }) => !wanted.test(message))
  return unwanted.map(({ url = '', lastLine, message }) => `${url.split('/').at(-1)}:${lastLine} ${message}`)
}
