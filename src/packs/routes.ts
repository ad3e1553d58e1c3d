import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { countTry } from '../sign-in/throttle.ts'
import { inTurns } from '../turns.ts'
import { open } from '../web/guard.ts'
import { networkOf } from '../web/network.ts'
import { publicJwks } from './jwks.ts'
import { lookUpPage } from './look-up-page.ts'
import { type OwnRecord, ownRecord } from './own-record.ts'
import { PACK_LIMIT, type PackCheck, textOfFile, verifySteps } from './verify.ts'

/** Rows that a result shows of one kind; a pack of ours has more only where a customer is very large. */
const SHOWN = 300

export function packRoutes(app: App): void {
  lookUpPage(app)
  app.get('/verify', { config: open }, (_request, reply) => showVerify(reply))
  // Nothing changes and nothing is stored, so the answer is the page itself and not a redirect.
  app.post('/verify', { config: open }, (request, reply) => verifyPosted(app, request, reply))
  app.get('/.well-known/jwks.json', { config: open }, (_request, reply) =>
    reply
      .type('application/jwk-set+json')
      .header('cache-control', 'public, max-age=3600')
      .send(publicJwks(app.packKeys)),
  )
}

// A pack of a megabyte takes up to some seconds: enough for people, too little to keep the counter busy.
const checks = { tries: 60, minutes: 15 }

async function verifyPosted(app: App, request: FastifyRequest, reply: FastifyReply) {
  const wait = await countTry(app.database.db, [{ key: `verify ${networkOf(request.ip)}`, ...checks }])
  if (wait) {
    reply.code(429).header('retry-after', String(wait * 60))
    return showVerify(reply, { problems: [{ message: request.t('verify.tooMany', { minutes: wait }) }] })
  }
  const given = givenText(request.body)
  if (given === '') {
    const message = request.t('verify.empty')
    return showVerify(reply.code(422), { problems: [{ field: 'pack', message }] })
  }
  const check = await inTurns(verifySteps(given, publicJwks(app.packKeys), { today: app.today() }))
  const record = await ownRecord(app.database, check)
  const tone = toneOf(check, record)
  reply.header('cache-control', 'no-store')
  return showVerify(reply, {
    title: request.t('verify.resultTitle', { verdict: request.t(`verify.verdict.${tone.verdict}`) }),
    tone,
    check: { ...check, problems: check.problems.slice(0, SHOWN), lines: check.lines.slice(0, SHOWN) },
    hidden: { problems: over(check.problems), lines: over(check.lines) },
    record,
    expired: check.notices.filter(({ kind }) => kind === 'expired').length,
  })
}

function showVerify(reply: FastifyReply, data: Record<string, unknown> = {}) {
  const title = reply.request.t('verify.title')
  return reply.page('packs/verify', { title, check: null, record: null, tone: null, hidden: null, ...data })
}

/** A chosen file goes before pasted text. A text cut off at the limit is told from one that ends there. */
function givenText(body: unknown): string {
  const { file, pack } = (body ?? {}) as Record<string, unknown>
  const chosen = [file].flat().find((one) => Buffer.isBuffer(one) && one.length > 0) as Buffer | undefined
  const given = chosen ? textOfFile(chosen) : [pack].flat().find((one) => typeof one === 'string')
  if (typeof given !== 'string' || given.trim() === '') return ''
  return given.length === PACK_LIMIT ? `${given} ` : given
}

/** A compromised key is believed where the publisher's own record has the same pack. */
function toneOf({ verdict, problems }: PackCheck, record: OwnRecord | null) {
  const known = record !== null && record.state !== 'unknown'
  const byRecord = verdict === 'compromised-key' && known && problems.length === 0
  if (verdict !== 'genuine' && !byRecord) return { verdict, kind: 'bad' }
  return { verdict: 'genuine', kind: !record || record.state === 'current' ? 'ok' : 'warn' }
}

function over(rows: unknown[]): number {
  return Math.max(0, rows.length - SHOWN)
}
