import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../src/app.ts'
import { type Answer, Visitor } from './helpers/visitor.ts'

// The program as a new user starts it: its own Postgres, the demonstration, and no chance to say goodbye.

const server = fileURLToPath(new URL('../src/server.ts', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'guichet-restart-'))
let running: { child: ChildProcess; address: string }

beforeAll(async () => {
  chmodSync(home, 0o755)
  running = await start()
})
afterAll(async () => {
  await stop('SIGTERM')
  rmSync(home, { recursive: true, force: true })
})

async function start() {
  const env = { PATH: process.env.PATH, GUICHET_HOME: home, PORT: '0', LOG_LEVEL: 'warn' }
  const child = spawn(process.execPath, [server], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const address = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      const found = /Guichet is open at (\S+)\n/.exec(text)?.[1]
      if (found) resolve(found)
    })
    child.once('exit', () => reject(new Error(`It ended: ${text}`)))
  })
  return { child, address }
}

async function stop(signal: NodeJS.Signals): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => running.child.once('exit', resolve))
  running.child.kill(signal)
  return ended
}

/** Lets a Visitor speak to the program over HTTP, wherever it listens now. */
const overHttp = {
  async inject({
    method,
    url,
    payload,
    headers,
  }: {
    method: string
    url: string
    payload?: string
    headers: HeadersInit
  }) {
    const answer = await fetch(`${running.address}${url}`, {
      method,
      body: payload,
      headers,
      redirect: 'manual',
    })
    const cookies = answer.headers.getSetCookie().map((line) => {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      const expires = /expires=([^;]+)/i.exec(line)?.[1]
      return {
        name: name!,
        value: decodeURIComponent(value!),
        expires: expires ? new Date(expires) : undefined,
      }
    })
    return {
      statusCode: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await answer.text(),
      cookies,
    }
  },
} as unknown as App

/** A plan for one license on a first host that can take it, ready to submit; gives its check page. */
async function preparePlan(browser: Visitor): Promise<Answer> {
  const begun = await browser.submit(await browser.get('/c/100234/configure'), {}, '/c/100234/plans')
  const choices = await browser.get(begun.location)
  const hosts = await browser.get(choices.link('Forma Base'))
  const host = hosts.all('main a[href*="/host/"]')[0]!.getAttribute('href')!
  const added = await browser.submit(await browser.get(host), { quantity: '1' })
  return browser.get(added.location)
}

describe('kill -9 and start again', () => {
  test('loses nothing that was answered, and a form sent again gets the same answer', async () => {
    const browser = new Visitor(overHttp)
    await browser.signIn('both@demo.example', 'guichet-demo')
    const check = await preparePlan(browser)
    const once = () => browser.submit(check, {}, `${check.url}/submission`)
    const answers = await Promise.all(Array.from({ length: 40 }, once))
    const places = new Set(answers.map(({ status, location }) => `${status} ${location}`))
    expect([...places]).toEqual([expect.stringMatching(/^303 \/c\/100234\/requests\/\d{9}/)])
    const { location } = answers[0]!

    await stop('SIGKILL')
    running = await start()

    const page = await browser.get(location)
    expect(page.status).toBe(200)
    expect(page.text).toContain('Completed')
    const pack = await browser.get(page.link('Download'))
    expect(pack.body).toMatch(/^INCREMENT FORMA_BASE /m)
    const again = await once()
    expect([again.status, again.location]).toEqual([303, location])
  }, 60_000)

  test('SIGTERM closes the database cleanly, and a second start finds the data as it was', async () => {
    const browser = new Visitor(overHttp)
    await browser.signIn('both@demo.example', 'guichet-demo')
    const before = (await browser.get('/c/100234/requests')).all('tbody tr').length
    expect(await stop('SIGTERM')).toBe(0)
    running = await start()
    expect((await browser.get('/c/100234/requests')).all('tbody tr').length).toBe(before)
  }, 60_000)
})
