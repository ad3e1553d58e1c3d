#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

/** `npx guichet COMMAND`: what an operator does outside the browser; each command is a file in tasks/. */
const commands: Record<
  string,
  { usage: string; load: () => Promise<{ run: (args: string[]) => Promise<number> }> }
> = {
  import: {
    usage: 'import FOLDER [--dry-run] [--skip-refused] [--report FILE]   load the publisher’s files',
    load: () => import('./tasks/import.ts'),
  },
  verify: {
    usage: 'verify PACK --keys FILE                       check a license pack, without a database',
    load: () => import('./tasks/verify.ts'),
  },
  staff: {
    usage:
      'staff add | reset-second-factor EMAIL         let a person of the publisher in; help who lost a device',
    load: () => import('./tasks/staff.ts'),
  },
  issuer: {
    usage:
      'issuer VERB [ISSUER ...]                      single sign-on: list, add or remove who signs people in',
    load: () => import('./tasks/issuer.ts'),
  },
  invite: {
    usage: 'invite CUSTOMER EMAIL [PRIVILEGE ...]         a one-time link for a person of a customer',
    load: () => import('./tasks/invite.ts'),
  },
  publisher: {
    usage: 'publisher [NAME VALUE]                        show the publisher’s settings, or set one',
    load: () => import('./tasks/publisher.ts'),
  },
  activity: {
    usage: 'activity verify [CUSTOMER ...] [--since FILE]  whether the record of who did what is whole',
    load: () => import('./tasks/activity.ts'),
  },
  doctor: {
    usage:
      'doctor [CUSTOMER ...]                         whether the records of customers agree with one another',
    load: () => import('./tasks/doctor.ts'),
  },
  keys: {
    usage: 'keys [create]                                 the keys that sign packs; make a new one',
    load: () => import('./tasks/keys.ts'),
  },
}

// As `npm start` does: what was compiled at the install is not compiled again.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/guichet', import.meta.url)))

const [name = '', ...args] = process.argv.slice(2)
process.exitCode = await dispatch(name, args)

async function dispatch(name: string, args: string[]): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    const lines = Object.values(commands).map(({ usage }) => `  guichet ${usage}`)
    const text = `Usage:\n${lines.join('\n')}\n`
    const asked = ['', 'help', '--help', '-h'].includes(name)
    const out = asked ? process.stdout : process.stderr
    out.write(asked ? text : `There is no command "${name}".\n${text}`)
    return asked ? 0 : 2
  }
  try {
    const { refuseUnfit } = await import('./fit.ts')
    await refuseUnfit()
    const { run } = await command.load()
    return await run(args)
  } catch (error) {
    const { startWords } = await import('./start-words.ts')
    process.stderr.write(`${startWords(error)}\n`)
    return 2
  }
}
