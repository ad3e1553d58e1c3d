import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { countTry } from '../sign-in/throttle.ts'
import { open } from '../web/guard.ts'
import { networkOf } from '../web/network.ts'
import { type LookedUp, lookUpPack } from './look-up.ts'

// A store room of printed packs can be gone through; guessing gets nowhere.
const looks = { tries: 120, minutes: 15 }

const tones: Record<LookedUp, 'ok' | 'warn' | 'bad'> = {
  current: 'ok',
  outdated: 'warn',
  superseded: 'warn',
  retired: 'warn',
  unknown: 'bad',
}

/** Where the code on a printed pack leads: says whether the pack is genuine and current, and nothing else. */
export function lookUpPage(app: App): void {
  // What is looked up stands in no log (logger.ts) and no index.
  app.get('/verify/:pack/:digest', { config: open, logLevel: 'warn' }, async (request, reply) => {
    reply.headers({ 'x-robots-tag': 'noindex, nofollow', 'cache-control': 'no-store' })
    const wait = await countTry(app.database.db, [{ key: `look up ${networkOf(request.ip)}`, ...looks }])
    if (wait) return refuse(request, reply, wait)
    const { pack, digest } = request.params as { pack: string; digest: string }
    const state = await lookUpPack(app.database, pack, digest, app.today())
    const verdict = request.t(`verify.printed.${state}`)
    return reply.code(state === 'unknown' ? 404 : 200).page('packs/look-up', {
      title: request.t('verify.resultTitle', { verdict }),
      state,
      tone: tones[state],
      verdict,
      digest: state === 'unknown' ? '' : digest.toLowerCase(),
      asked: new Date(),
    })
  })
}

function refuse(request: FastifyRequest, reply: FastifyReply, minutes: number): FastifyReply {
  reply.code(429).header('retry-after', String(minutes * 60))
  return reply.page('packs/look-up', {
    title: request.t('verify.title'),
    state: null,
    problems: [{ message: request.t('verify.printed.tooMany', { minutes }) }],
  })
}
