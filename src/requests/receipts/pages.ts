import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../../app.ts'
import { countTry } from '../../sign-in/throttle.ts'
import type { Problem } from '../../web/forms.ts'
import { associated, open } from '../../web/guard.ts'
import { networkOf } from '../../web/network.ts'
import { actOnce } from '../../web/once.ts'
import { qrPath } from '../../web/qr/path.ts'
import { numberOf } from '../account/routes.ts'
import { reachRequest } from '../fetch-pack.ts'
import { formatRequestNumber } from '../number.ts'
import { statusTag } from '../status.ts'
import { findReceipt, listReceipts, makeReceipt, revokeReceipt } from './queries.ts'
import { companyOf, newToken } from './token.ts'

const looks = { tries: 120, minutes: 15 }
const minutesShown = 10

/** Receipts of a request: made and revoked by who may see it, looked at by anyone who has the address. */
export function receiptPages(app: App): void {
  const path = '/c/:customer/requests/:number/receipts'
  app.get(path, { config: associated }, (request, reply) => showReceipts(request, reply, []))
  app.post(path, { config: { ...associated, redisplay: showReceipts } }, (request, reply) =>
    actOnce(request, reply, async (tx) => {
      const { customerId, personId, about } = await reach(tx, request)
      const token = newToken(app.config, customerId)
      const id = await makeReceipt(tx, { customerId, personId, request: about, token })
      keepToken(request, reply, id, token)
      return hrefOf(request)
    }),
  )
  app.post(`${path}/:id/revocation`, { config: associated }, (request, reply) =>
    actOnce(request, reply, async (tx) => {
      const { customerId, personId, about } = await reach(tx, request)
      const { id } = request.params as { id: string }
      await revokeReceipt(tx, { customerId, personId, request: about, id })
      request.flash('requests.receipts.revoked')
      return hrefOf(request)
    }),
  )
  // Its address is the key: it stands in no log (logger.ts) and no index.
  app.get('/receipts/:token', { config: open, logLevel: 'warn' }, (request, reply) =>
    showReceipt(app, request, reply),
  )
}

async function reach(tx: Parameters<typeof reachRequest>[0], request: FastifyRequest) {
  const { customer, person } = request
  const scope = { personId: person!.id, holds: customer.holds }
  const about = await reachRequest(tx, customer.id, numberOf(request), scope)
  return { customerId: customer.id, personId: person!.id, about }
}

async function showReceipts(request: FastifyRequest, reply: FastifyReply, problems: Problem[]) {
  const { customer, t, server } = request
  const [about, receipts] = await server.database.readCustomer(customer.id, async (tx) => {
    const { about } = await reach(tx, request)
    return [about, await listReceipts(tx, customer.id, about.id)] as const
  })
  const kept = keptToken(request)
  const isLive = receipts.some(({ id, state }) => id === kept?.id && state === 'live')
  reply.header('cache-control', 'no-store')
  return reply.page('requests/receipts', {
    title: t('requests.receipts.title', { number: formatRequestNumber(about.number) }),
    about,
    receipts,
    path: hrefOf(request),
    address: isLive ? `${server.config.baseUrl}/receipts/${kept!.token}` : null,
    problems,
  })
}

async function showReceipt(app: App, request: FastifyRequest, reply: FastifyReply) {
  const { t } = request
  reply.headers({ 'x-robots-tag': 'noindex, nofollow', 'cache-control': 'no-store' })
  const minutes = await countTry(app.database.db, [{ key: `receipt ${networkOf(request.ip)}`, ...looks }])
  if (minutes) {
    reply.code(429).header('retry-after', String(minutes * 60))
    const title = t('requests.receipt')
    const problems = [{ message: t('requests.receipts.wait', { minutes }) }]
    return reply.page('requests/receipt', { title, receipt: null, problems })
  }
  const { token } = request.params as { token: string }
  const company = companyOf(app.config, token)
  const receipt = company && (await findReceipt(app.database, company, token))
  if (!receipt) {
    const title = t('requests.receipts.gone.title')
    return reply.code(404).page('requests/receipt', { title, receipt: null })
  }
  const address = `${app.config.baseUrl}/receipts/${token}`
  return reply.page('requests/receipt', {
    title: t('requests.receipts.page', { number: formatRequestNumber(receipt.number) }),
    receipt,
    tag: statusTag(receipt.status),
    address,
    qr: qrPath(address),
    shownAt: new Date(),
  })
}

function hrefOf(request: FastifyRequest): string {
  return `${request.customer.base}/requests/${numberOf(request)}/receipts`
}

const cookieName = 'guichet_receipt'

// The address is shown for some minutes, on this browser only: the database has but its hash.
function keepToken(request: FastifyRequest, reply: FastifyReply, id: string, token: string): void {
  reply.setCookie(cookieName, `${id} ${token}`, {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    path: hrefOf(request),
    maxAge: minutesShown * 60,
    secure: 'auto',
  })
}

function keptToken(request: FastifyRequest): { id: string; token: string } | undefined {
  const sent = request.cookies[cookieName]
  const unsigned = sent ? request.unsignCookie(sent) : undefined
  const [id, token] = unsigned?.valid ? unsigned.value.split(' ') : []
  return id && token ? { id, token } : undefined
}
