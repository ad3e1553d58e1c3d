import { fork } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { connect, type Database, type Db } from '../../src/db.ts'
import { startEmbedded } from '../../src/embedded-postgres.ts'
import { newId } from '../../src/ids.ts'
import { readFilter } from '../../src/licenses/filter.ts'
import { listFamilies, listSummary, sumSummary } from '../../src/licenses/queries.ts'
import { listDetails } from '../../src/requests/detail.ts'
import { findRequest } from '../../src/requests/queries.ts'
import * as schema from '../../src/schema.ts'
import { hashPassword } from '../../src/sign-in/password.ts'
import { migrate } from '../../src/tasks/migrate.ts'
import { todayIn } from '../../src/web/format.ts'
import { planner } from '../helpers/plans.ts'
import { makeCatalog, makeCompany } from './data.ts'
import { measurePlans } from './plans.ts'

// `npm run bench`: License summary (50 rows) and one request page, signed in, ten connections, beside a bare node:http
// server that makes the same database calls for the page's own rows and sends the same bytes; at two sizes of company.
// Then plans of 5,000 lines and a crowd of small ones (plans.ts); BENCH_ONLY=plans measures these alone.

const seconds = Number(process.env.BENCH_SECONDS ?? 8)
const sizes = [1_000, 100_000]
const password = 'a password of the bench'

type Query = { text: string; params: unknown[] }
type Figures = { rps: number; p50: number; p99: number; errors: number }

const home = await mkdtemp(join(tmpdir(), 'guichet-bench-'))
await chmod(home, 0o755)
const server = await startEmbedded({ home, log: () => {} })
try {
  await migrate(server.ownerUrl, new URL(server.appUrl).username)
  await prepare()
  if (process.env['BENCH_ONLY'] !== 'plans') await run()
  await measurePlans({ owner: server.ownerUrl, app: server.appUrl })
} finally {
  await server.stop()
  await rm(home, { recursive: true, force: true })
}

async function prepare(): Promise<void> {
  const owner = connect({ url: server.ownerUrl })
  await owner.db.insert(schema.publisher).values({ id: 1, name: 'Bench', timeZone: 'UTC' })
  await makeCatalog(owner)
  await owner.close()
}

async function run(): Promise<void> {
  const owner = connect({ url: server.ownerUrl })
  const app = connect({ url: server.appUrl })
  const pages: Record<string, Query[]> = {}
  const names: Record<string, string> = {}
  for (const size of sizes) {
    const { paths, personEmail } = await makeWorld(owner, app, size, pages)
    names[`summary ${size}`] = paths.summary
    names[`request ${size}`] = paths.request
    names[`email ${size}`] = personEmail
  }
  await Promise.all([owner.close(), app.close()])
  await measureAll(pages, names)
}

/** A company of that size, a person with both privileges, and a completed request over five hosts. */
async function makeWorld(owner: Database, app: Database, size: number, pages: Record<string, Query[]>) {
  const today = todayIn('UTC')
  const number = `B${size}`
  const customerId = await makeCompany(owner, number, size, today)
  const personId = newId()
  const personEmail = `person-${size}@bench.example`
  await owner.transaction(async (tx) => {
    await tx.insert(schema.people).values({
      id: personId,
      email: personEmail,
      name: 'Bench',
      confirmedAt: new Date(),
      passwordHash: await hashPassword(password),
      primaryCustomerId: customerId,
    })
    await tx.insert(schema.associations).values({ customerId, personId })
    for (const privilege of ['licensing', 'reporting'] as const)
      await tx.insert(schema.privileges).values({ customerId, personId, privilege })
  })
  const requestNumber = await makeRequest(owner, app, customerId, personId)
  const paths = { summary: `/c/${number}/licenses`, request: `/c/${number}/requests/${requestNumber}` }
  pages[paths.summary] = await queriesOf(async (tx) => {
    const filter = readFilter({})
    await listSummary(tx, customerId, filter, today)
    await sumSummary(tx, customerId, filter, today)
    await listFamilies(tx, customerId)
  })
  pages[paths.request] = await queriesOf(async (tx) => {
    const request = await findRequest(tx, customerId, requestNumber)
    await listDetails(tx, customerId, request)
  })
  return { paths, personEmail }
}

async function makeRequest(
  owner: Database,
  app: Database,
  customerId: string,
  personId: string,
): Promise<number> {
  const rows = await owner.db.execute<{ entitlement: string; host: string }>(sql`
    select entitlement_id as entitlement, host_id as host from placements
    where customer_id = ${customerId} order by entitlement_id limit 5`)
  const lines = rows.map(({ entitlement, host }) => ({ entitlementId: entitlement, to: host, quantity: 1 }))
  const { requestNumber } = await planner(app, customerId, personId).place(lines)
  return requestNumber
}

/** The statements that some work sends, as the bare server is to send them. */
async function queriesOf(work: (tx: Db) => Promise<void>): Promise<Query[]> {
  const queries: Query[] = []
  const client = postgres(server.ownerUrl, { max: 1 })
  const logger = { logQuery: (text: string, params: unknown[]) => void queries.push({ text, params }) }
  await work(drizzle(client, { schema, logger }) as unknown as Db)
  await client.end()
  return queries
}

async function measureAll(pages: Record<string, Query[]>, names: Record<string, string>): Promise<void> {
  const env = {
    GUICHET_HOME: home,
    GUICHET_DEMO: 'off',
    DATABASE_URL: server.appUrl,
    DATABASE_OWNER_URL: server.ownerUrl,
  }
  const guichet = await start('app-server.ts', [], env)
  const cookies: Record<string, string> = {}
  for (const size of sizes) cookies[size] = await signIn(guichet.port, names[`email ${size}`]!)
  const answers: Record<string, unknown> = {}
  for (const size of sizes) {
    for (const kind of ['summary', 'request']) {
      const path = names[`${kind} ${size}`]!
      answers[path] = { queries: pages[path], ...(await capture(guichet.port, path, cookies[size]!)) }
    }
  }
  const file = join(home, 'bare.json')
  await writeFile(file, JSON.stringify({ url: server.ownerUrl, pages: answers }))
  const bare = await start('bare-server.ts', [file], {})
  const table: Record<string, Record<string, number | string>> = {}
  for (const kind of ['summary', 'request']) {
    const rates: number[] = []
    for (const size of sizes) {
      const path = names[`${kind} ${size}`]!
      const cookie = cookies[size]!
      await load(bare.port, path, cookie, 2)
      await load(guichet.port, path, cookie, 2)
      const plain = await load(bare.port, path, cookie, seconds)
      const ours = await load(guichet.port, path, cookie, seconds)
      rates.push(ours.rps)
      table[`${kind} at ${size}`] = {
        'bare req/s': plain.rps,
        'bare p50/p99 ms': `${plain.p50}/${plain.p99}`,
        'Guichet req/s': ours.rps,
        'Guichet p50/p99 ms': `${ours.p50}/${ours.p99}`,
        'share of bare': (ours.rps / plain.rps).toFixed(2),
        errors: plain.errors + ours.errors,
      }
    }
    table[`${kind} at ${sizes[1]}`]!['share of small'] = (rates[1]! / rates[0]!).toFixed(2)
  }
  console.table(table)
  guichet.stop()
  bare.stop()
}

async function start(name: string, args: string[], env: Record<string, string>) {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), args, {
    env: { ...process.env, ...env },
    stdio: 'inherit',
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { port: number }).port))
    child.once('exit', () => reject(new Error(`${name} ended before it listened`)))
  })
  return { port, stop: () => child.disconnect() }
}

async function signIn(port: number, email: string): Promise<string> {
  const base = `http://127.0.0.1:${port}`
  const page = await fetch(`${base}/sign-in`)
  const csrf = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1]
  const visitor = cookiesOf(page)
  const answer = await fetch(`${base}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: visitor },
    body: new URLSearchParams({ _csrf: csrf ?? '', email, password, to: '' }),
  })
  if (answer.status !== 303) throw new Error(`Sign-in answered ${answer.status}`)
  return cookiesOf(answer)
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

async function capture(port: number, path: string, cookie: string) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie } })
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`)
  const headers = Object.fromEntries(
    [...answer.headers].filter(
      ([name]) =>
        !['connection', 'date', 'keep-alive', 'transfer-encoding', 'content-encoding'].includes(name),
    ),
  )
  const body = await answer.text()
  return { headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) }, body }
}

async function load(port: number, path: string, cookie: string, duration: number): Promise<Figures> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}${path}`,
    connections: 10,
    duration,
    headers: { cookie },
  })
  await sleep(200)
  return {
    rps: Math.round(result.requests.average),
    p50: result.latency.p50,
    p99: result.latency.p99,
    errors: result.errors + result.non2xx,
  }
}
