import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { asc, eq } from 'drizzle-orm'
import { recordPersonActivity } from '../activity/record.ts'
import type { Db } from '../db.ts'
import { newId } from '../ids.ts'
import { identities, issuerDomains, issuers } from '../schema.ts'
import { tellOwner } from '../sign-in/notice.ts'
import { discover } from '../sign-in/oidc/discovery.ts'
import { callbackOf } from '../sign-in/oidc/exchange.ts'
import { isCallable } from '../sign-in/oidc/fetch.ts'
import { SingleSignOnRefused } from '../sign-in/oidc/refused.ts'
import { seal } from '../sign-in/seal.ts'
import { recordCommand } from './record-command.ts'
import { withDatabase } from './with-database.ts'

const usage = `Usage: guichet issuer list
       guichet issuer add ISSUER --name NAME --client-id ID --domains DOMAIN[,DOMAIN ...]
                      [--client-secret-file FILE] [--staff] [--exclusive]
       guichet issuer remove ISSUER
`

/** `guichet issuer add|list|remove`: the OpenID Connect providers that sign people in (docs/single-sign-on.md). */
export async function run(args: string[]): Promise<number> {
  const [verb, ...rest] = args
  if (verb === 'list' && rest.length === 0) return list()
  if (verb === 'remove' && rest.length === 1) return remove(rest[0]!)
  if (verb === 'add') return add(rest)
  process.stderr.write(usage)
  return 2
}

async function list(): Promise<number> {
  return withDatabase(async ({ config, owner }) => {
    for (const issuer of await owner.db.select().from(issuers).orderBy(asc(issuers.name))) {
      const rows = await owner.db.select().from(issuerDomains).where(eq(issuerDomains.issuerId, issuer.id))
      const marks = [issuer.isStaffIssuer && 'staff', issuer.isExclusive && 'exclusive'].filter(Boolean)
      const domains = rows.map(({ domain }) => domain).sort()
      process.stdout.write(
        `${issuer.issuer}\n  name       ${issuer.name}\n  client ID  ${issuer.clientId}\n` +
          `  domains    ${domains.join(', ') || 'none'}\n` +
          (marks.length ? `  kind       ${marks.join(', ')}\n` : '') +
          `  comes back ${callbackOf({ config }, issuer)}\n`,
      )
    }
    return 0
  })
}

type Given = {
  issuer: string
  name: string
  clientId: string
  secret: string | undefined
  domains: string[]
  isStaffIssuer: boolean
  isExclusive: boolean
}

async function add(args: string[]): Promise<number> {
  const given = readArguments(args)
  if (!given) {
    process.stderr.write(usage)
    return 2
  }
  return withDatabase(async ({ config, owner }) => {
    const { issuer, secret, domains, ...rest } = given
    const clientSecret = secret ? seal(config, 'issuer', issuer, secret) : null
    const id = await owner.transaction(async (tx) => {
      const values = { ...rest, clientSecret }
      const fresh = newId()
      const [row] = await tx
        .insert(issuers)
        .values({ id: fresh, issuer, ...values })
        .onConflictDoUpdate({ target: issuers.issuer, set: values })
        .returning({ id: issuers.id })
      await giveDomains(tx, row!.id, domains)
      await recordCommand(tx, {
        verb: row!.id === fresh ? 'issuer.added' : 'issuer.changed',
        objectKind: 'issuer',
        objectId: issuer,
        details: { ...rest, domains, hasSecret: Boolean(secret) },
      })
      return row!.id
    })
    process.stdout.write(`${callbackOf({ config }, { id })}\n`)
    process.stderr.write(
      'Above is the address people come back to: enter it there as redirect URI of this client.\n',
    )
    await tryOut(issuer)
    return 0
  })
}

function readArguments(args: string[]): Given | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      'client-id': { type: 'string' },
      'client-secret-file': { type: 'string' },
      domains: { type: 'string' },
      staff: { type: 'boolean', default: false },
      exclusive: { type: 'boolean', default: false },
    },
  })
  const [issuer, ...others] = positionals
  const { name, 'client-id': clientId, domains } = values
  if (!issuer || others.length || !name?.trim() || !clientId || !domains) return undefined
  if (!isCallable(issuer, issuer) || new URL(issuer).search || new URL(issuer).hash) {
    throw new Error(`"${issuer}" is no issuer: it begins with https:// (http:// only on this machine).`)
  }
  const file = values['client-secret-file']
  return {
    issuer,
    name: name.trim().slice(0, 100),
    clientId,
    secret: file ? readSecret(file) : undefined,
    domains: domains.split(',').map(readDomain),
    isStaffIssuer: values.staff,
    isExclusive: values.exclusive,
  }
}

// From a file, since other users of the machine see the words of a command.
function readSecret(file: string): string {
  const secret = readText(file).trim()
  if (!secret) throw new Error(`${file} is empty: it holds the client secret and nothing else.`)
  return secret
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(`${file} cannot be read by the user who runs this command (${code}).`)
  }
}

function readDomain(text: string): string {
  const domain = text.trim().toLowerCase()
  if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/.test(domain)) {
    throw new Error(`"${text}" is no domain: it reads example.com.`)
  }
  return domain
}

async function giveDomains(tx: Db, issuerId: string, domains: string[]): Promise<void> {
  await tx.delete(issuerDomains).where(eq(issuerDomains.issuerId, issuerId))
  for (const domain of new Set(domains)) {
    const given = await tx
      .insert(issuerDomains)
      .values({ domain, issuerId })
      .onConflictDoNothing()
      .returning({ domain: issuerDomains.domain })
    if (given.length === 0)
      throw new Error(`Another issuer speaks for ${domain} already: see "guichet issuer list".`)
  }
}

async function tryOut(issuer: string): Promise<void> {
  try {
    await discover(issuer)
  } catch (error) {
    if (!(error instanceof SingleSignOnRefused)) throw error
    process.stderr.write(`It is stored, but cannot be used yet: ${error.message}.\n`)
  }
}

async function remove(issuer: string): Promise<number> {
  return withDatabase(async ({ owner }) => {
    const unlinked = await owner.transaction((tx) => takeAway(tx, issuer))
    process.stderr.write(
      'Nobody signs in with it any more; accounts and their passwords stay. ' +
        `Linked accounts whose owners are told by mail: ${unlinked}.\n`,
    )
    return 0
  })
}

/** The issuer and its links; gives how many there were. Each goes into the record of its person as well. */
async function takeAway(tx: Db, issuer: string): Promise<number> {
  const [found] = await tx.select().from(issuers).where(eq(issuers.issuer, issuer)).for('update')
  if (!found) throw new Error(`There is no issuer ${issuer}: see "guichet issuer list".`)
  const linked = await tx.delete(identities).where(eq(identities.issuerId, found.id)).returning()
  await tx.delete(issuers).where(eq(issuers.id, found.id))
  const what = {
    objectKind: 'issuer',
    objectId: issuer,
    details: { name: found.name, linked: linked.length },
  }
  await recordCommand(tx, { verb: 'issuer.removed', ...what })
  const details = { issuer: found.name, by: 'operator' }
  for (const { personId } of linked) {
    await recordPersonActivity(tx, { personId, verb: 'account.issuer-unlinked', details })
    await tellOwner(tx, { personId, template: 'issuer-unlinked', params: details })
  }
  return linked.length
}
