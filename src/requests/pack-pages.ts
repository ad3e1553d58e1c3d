import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { Conflict, Forbidden, Invalid, NotFound } from '../errors.ts'
import { isId } from '../ids.ts'
import { endInPack } from '../packs/ends.ts'
import { verifyAddress } from '../packs/mark.ts'
import { zipOfPacks } from '../packs/zip/packs.ts'
import { associated } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { decodeCursor, pageOf, pageSize } from '../web/paging.ts'
import { qrPath } from '../web/qr/path.ts'
import { numberOf } from './account/routes.ts'
import { listRequestPacks } from './detail.ts'
import { fetchPack, mayFetch, reachRequest, readPack } from './fetch-pack.ts'
import { packFileName, zipFileName } from './file-name.ts'
import { isMailedEnough, mailPacks } from './mail-packs.ts'
import { formatRequestNumber } from './number.ts'
import { fetchFiles, listFiles, readFiles, readTexts } from './pack-files.ts'
import { packInWords } from './page.ts'
import type { Scope } from './scope.ts'

/** The packs of a request: one to read, print or download, all of them as a list, as a zip, by mail. */
export function requestPackPages(app: App): void {
  const path = '/c/:customer/requests/:number'
  app.get(`${path}/packs`, { config: associated }, showPacks)
  app.get(`${path}/packs.zip`, { config: associated }, downloadAll)
  app.post(`${path}/packs/mail`, { config: associated }, mailAll)
  app.get(`${path}/packs/:host`, { config: associated }, downloadPack)
  app.get(`${path}/packs/:host/view`, { config: associated }, showPack)
}

async function downloadPack(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  // A browser that only asks for the size has not got the file.
  const take = request.method === 'HEAD' ? readPack : fetchPack
  const { pack } = await request.server.database.forCustomer(customer.id, (tx) =>
    take(tx, customer.id, numberOf(request), hostOf(request), scopeOf(request)),
  )
  const name = packFileName(customer.number, { ...pack, isEnded: pack.state === 'retired' })
  return reply
    .type('text/plain; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(pack.text)
}

async function showPack(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, server } = request
  const { request: about, pack } = await server.database.readCustomer(customer.id, (tx) =>
    readPack(tx, customer.id, numberOf(request), hostOf(request), scopeOf(request)),
  )
  const { mark, digest, text } = pack
  const address = mark && verifyAddress(server.config.baseUrl, { mark, digest })
  return reply.page('requests/pack', {
    title: t('requests.pack.title', { host: pack.label, issue: pack.issue }),
    about,
    pack,
    href: hrefOf(request),
    endsOn: ['current', 'outdated'].includes(pack.state) ? endInPack(text, server.today()) : null,
    address,
    qr: address && qrPath(address),
  })
}

async function showPacks(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, server } = request
  const scope = scopeOf(request)
  const key = decodeCursor((request.query as { after?: string }).after, 2)
  const after = key && isId(key[1]) ? { label: String(key[0]), id: String(key[1]) } : undefined
  const { about, found, mine } = await server.database.readCustomer(customer.id, async (tx) => {
    const about = await reachRequest(tx, customer.id, numberOf(request), scope)
    const asked = { limit: pageSize + 1, ...(after ? { after } : {}) }
    const found = await listRequestPacks(tx, customer.id, about.id, asked)
    const isTheirs = found.some((pack) => mayFetch(scope, about, pack))
    return { about, found, mine: isTheirs ? (await listFiles(tx, customer.id, about, scope)).length : 0 }
  })
  const { rows, next } = pageOf(found, ({ label, hostId }) => [label, hostId])
  const href = hrefOf(request)
  return reply.page('requests/packs', {
    title: t('requests.packsList.title', { number: formatRequestNumber(about.number) }),
    about,
    packs: rows.map((pack) => packInWords(request, pack, href, mayFetch(scope, about, pack))),
    packCount: mine,
    mayHaveAll: mine > 1,
    href,
    next: next ? `${href}/packs?after=${next}` : null,
    first: after ? `${href}/packs` : null,
  })
}

/** Streamed: packs are read some at a time, as the browser takes them, and no connection is held for it. */
async function downloadAll(request: FastifyRequest, reply: FastifyReply) {
  const { customer, t, server } = request
  const take = request.method === 'HEAD' ? readFiles : fetchFiles
  const { request: about, files } = await server.database.forCustomer(customer.id, (tx) =>
    take(tx, customer.id, numberOf(request), scopeOf(request)),
  )
  const requestNumber = formatRequestNumber(about.number)
  reply
    .type('application/zip')
    .header('content-disposition', `attachment; filename="${zipFileName(customer.number, requestNumber)}"`)
    .header('cache-control', 'no-store')
  const zip = zipOfPacks({
    customer,
    publisher: server.publisher().name,
    requestNumber,
    packs: files,
    read: (packs) => server.database.readCustomer(customer.id, (tx) => readTexts(tx, customer.id, packs)),
    t,
    at: new Date(),
  })
  return reply.send(Readable.from(zip, { objectMode: false }))
}

/** Only to who asked for the request, at their confirmed address (domain.md section 4). */
function mailAll(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  const { id: personId, email } = request.person!
  return actOnce(request, reply, async (tx) => {
    const { request: about, files } = await readFiles(tx, customer.id, numberOf(request), scopeOf(request))
    if (about.requestedBy !== personId) throw new Forbidden()
    if (await isMailedEnough(tx, customer.id, about.id)) throw new Conflict('requests.packsMailTooOften')
    const of = { customerId: customer.id, personId, request: about, packs: files.length }
    if (!(await mailPacks(tx, of))) throw new Invalid([{ key: 'requests.packsNotMailed' }])
    request.flash('requests.packsMailed', { email })
    return hrefOf(request)
  })
}

function scopeOf({ person, customer }: FastifyRequest): Scope {
  return { personId: person!.id, holds: customer.holds }
}

function hrefOf(request: FastifyRequest): string {
  return `${request.customer.base}/requests/${numberOf(request)}`
}

function hostOf(request: FastifyRequest): string {
  const { host } = request.params as { host: string }
  if (!isId(host)) throw new NotFound()
  return host
}
