import type { ChildProcess } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findBinaries } from './database/embedded/binaries.ts'
import {
  type Cluster,
  findOrphan,
  flush,
  freePort,
  initialise,
  launch,
  stopServer,
} from './database/embedded/cluster.ts'
import { isLocked, takeLock } from './database/embedded/lock.ts'
import { appRole, database, makeRoles, ownerRole } from './database/embedded/roles.ts'
import { readSecrets, type Secrets, writeSecrets } from './database/embedded/secrets.ts'
import { chooseUser, mustReach } from './database/embedded/user.ts'

export type EmbeddedOptions = {
  /** The folder the data, passwords and log are kept in. */
  home: string
  log: (text: string) => void
  /** False: a crash of the machine may lose everything, which is faster; for tests. */
  durable?: boolean
  /** Called once, when the database has been set off and is only waited for. */
  meanwhile?: () => void
}

export type Embedded = {
  ownerUrl: string
  appUrl: string
  /** The superuser, in the database `postgres`. */
  adminUrl: string
  stop(): Promise<void>
}

/**
 * Starts a Postgres of our own on data in `home`, made when there is none. Throws with words, for the person who
 * starts Guichet, when it cannot. A server left by a killed process is stopped first; one that dies is started again.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { home, log, durable = true } = options
  const meanwhile = once(options.meanwhile)
  const folder = resolve(home)
  mustBeWritable(folder)
  const unlock = takeLock(join(folder, 'guichet.pid'), folder)
  try {
    const cluster = prepare(folder)
    const secretsFile = join(folder, 'postgres-passwords.json')
    const secrets = readSecrets(secretsFile)
    await stopOrphan(cluster.data, log)
    if (!existsSync(cluster.data)) {
      Object.assign(secrets, { rolesMade: false })
      writeSecrets(secretsFile, secrets)
      const making = initialise(cluster, secrets.admin)
      meanwhile()
      await making
    }
    const server = await supervise(cluster, secrets, { durable, log, meanwhile })
    const urls = urlsOf(secrets)
    try {
      if (!secrets.rolesMade) {
        await makeRoles(urls.adminUrl, secrets)
        if (durable) flush(cluster)
      }
      writeSecrets(secretsFile, { ...secrets, rolesMade: true })
    } catch (error) {
      await server.stop()
      throw error
    }
    return {
      ...urls,
      async stop() {
        await server.stop()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

/**
 * The embedded Postgres that a running Guichet has open in `home`, for a command beside it (such as `guichet import`
 * while people work); undefined where none runs.
 */
export function findRunning(home: string): Pick<Embedded, 'ownerUrl' | 'appUrl'> | undefined {
  const folder = resolve(home)
  const secretsFile = join(folder, 'postgres-passwords.json')
  if (!isLocked(join(folder, 'guichet.pid')) || !existsSync(secretsFile)) return undefined
  const secrets = readSecrets(secretsFile)
  return secrets.rolesMade ? urlsOf(secrets) : undefined
}

function once(work: () => void = () => {}): () => void {
  let isDone = false
  return () => {
    if (!isDone) work()
    isDone = true
  }
}

function mustBeWritable(folder: string): void {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Error(
      `${folder} cannot be written (${(error as NodeJS.ErrnoException).code}): make it writable for this user, ` +
        'or choose another folder by GUICHET_HOME.',
    )
  }
}

function prepare(folder: string): Cluster {
  const data = join(folder, 'postgres')
  const binaries = findBinaries()
  const user = chooseUser(data)
  mustReach(binaries.postgres, user)
  mustReach(folder, user)
  const versionFile = join(data, 'PG_VERSION')
  const version = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : binaries.majorVersion
  if (version !== binaries.majorVersion) {
    throw new Error(
      `${data} holds data of Postgres ${version}; this Guichet brings Postgres ${binaries.majorVersion}. ` +
        'Back up with the Guichet that made it and restore here, or choose another folder by GUICHET_HOME.',
    )
  }
  return { data, logFile: join(folder, 'postgres.log'), binaries, user }
}

async function stopOrphan(data: string, log: (text: string) => void): Promise<void> {
  const pid = findOrphan(data)
  if (pid === undefined) return
  log('The embedded Postgres of an earlier run is still there: stopping it first.')
  await stopServer(pid)
}

/** Starts the server, on the port it had last where that is free, and starts it again whenever it dies. */
async function supervise(
  cluster: Cluster,
  secrets: Secrets,
  { durable, log, meanwhile }: Required<Pick<EmbeddedOptions, 'durable' | 'log' | 'meanwhile'>>,
) {
  let stopping = false
  let server = await start()
  watch()

  async function start(): Promise<ChildProcess> {
    for (let attempt = 1; ; attempt++) {
      secrets.port = await freePort(secrets.port)
      try {
        return await launch(cluster, secrets.port, { durable, meanwhile })
      } catch (error) {
        // Between our look and its start somebody else may have taken the port.
        if (attempt === 3 || !/could not bind/.test((error as Error).message)) throw error
      }
    }
  }

  function watch(): void {
    server.once('exit', async (code, signal) => {
      if (stopping) return
      log(
        `The embedded Postgres has ended (${signal ?? code}); starting it again. Its log: ${cluster.logFile}`,
      )
      while (!stopping) {
        await sleep(500)
        try {
          server = await launch(cluster, secrets.port, { durable })
          if (stopping) await stopServer(server.pid!)
          return watch()
        } catch (error) {
          log((error as Error).message)
        }
      }
    })
  }

  return {
    async stop() {
      stopping = true
      if (server.exitCode === null && server.signalCode === null) await stopServer(server.pid!)
    },
  }
}

function urlsOf(secrets: Secrets): Pick<Embedded, 'ownerUrl' | 'appUrl' | 'adminUrl'> {
  const url = (role: string, password: string, name: string) =>
    `postgres://${role}:${password}@127.0.0.1:${secrets.port}/${name}`
  return {
    ownerUrl: url(ownerRole, secrets.owner, database),
    appUrl: url(appRole, secrets.app, database),
    adminUrl: url('postgres', secrets.admin, 'postgres'),
  }
}
