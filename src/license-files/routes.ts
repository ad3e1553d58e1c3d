import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { Invalid } from '../errors.ts'
import { listHostsOfIds } from '../hosts/known-ids.ts'
import { countTry } from '../sign-in/throttle.ts'
import { inTurns } from '../turns.ts'
import type { Problem } from '../web/forms.ts'
import { requires } from '../web/guard.ts'
import { countLines } from '../web/lines.ts'
import { compareFeatures } from './compare.ts'
import { explainSteps } from './explain.ts'
import { hostsOfFile, idsToFind, withKnown } from './hosts.ts'
import { listDaemons, listOwnFeatures } from './queries.ts'
import { FILE_LIMIT, ROW_LIMIT, readSteps } from './read-license-file.ts'
import { readText } from './read-text.ts'
import { SHOWN, shownFile } from './shown.ts'

/** Read a license file: what a FlexNet license file of any publisher says, and what of it the company owns here. */
export function licenseFileRoutes(app: App): void {
  const access = requires('licensing', 'reporting')
  app.get('/c/:customer/license-file', { config: access }, (request, reply) => showForm(request, reply))
  // Nothing changes and nothing is stored, so the answer is the page itself and not a redirect.
  app.post(
    '/c/:customer/license-file',
    { config: { ...access, redisplay: showForm }, errorHandler: refuseLarge },
    readPosted,
  )
}

function showForm(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[] = [],
  values: Record<string, unknown> = {},
) {
  const title = request.t('license-files.title')
  const pasted = [values['text']].flat().find((one) => typeof one === 'string')
  return reply.page('license-files/read', { title, problems, values: { text: pasted ?? '' }, file: null })
}

// A file of a megabyte takes some tenths of a second: enough for people, too little to keep the counter busy.
const limit = { tries: 60, minutes: 15 }

async function readPosted(request: FastifyRequest, reply: FastifyReply) {
  const { customer, person, server, t } = request
  const wait = await countTry(server.database.db, [{ key: `license file ${person!.id}`, ...limit }])
  if (wait) {
    reply.code(429).header('retry-after', String(wait * 60))
    return showForm(request, reply, [{ message: t('license-files.tooMany', { minutes: wait }) }])
  }
  const file = await inTurns(readSteps(givenFile(request.body)))
  const explanation = await inTurns(explainSteps(file, server.today()))
  const allHosts = hostsOfFile(file, explanation.lines)
  const [hosts, sums] = [allHosts.slice(0, SHOWN), explanation.sums.slice(0, SHOWN)]
  const names = sums.map(({ name }) => name)
  const [own, daemons, known] = await server.database.readCustomer(customer.id, (tx) =>
    Promise.all([
      listOwnFeatures(tx, customer.id, names),
      listDaemons(tx),
      listHostsOfIds(tx, customer.id, idsToFind(hosts)),
    ]),
  )
  reply.header('cache-control', 'no-store')
  return reply.page('license-files/read', {
    title: t('license-files.resultTitle'),
    file: shownFile(file, explanation, {
      hosts: withKnown(hosts, known),
      hostCount: allHosts.length,
      features: compareFeatures(sums, own, daemons),
      request,
    }),
  })
}

/** A chosen file goes before pasted text. Throws Invalid for none, one cut off at the limit, or too many rows. */
function givenFile(body: unknown): Uint8Array | string {
  const { file, text } = (body ?? {}) as Record<string, unknown>
  const chosen = [file].flat().find((one) => Buffer.isBuffer(one) && one.length > 0) as Buffer | undefined
  const pasted = [text].flat().find((one) => typeof one === 'string') as string | undefined
  const given = chosen ?? pasted ?? ''
  if (typeof given === 'string' && given.trim() === '')
    throw new Invalid([{ field: 'text', key: 'license-files.empty' }])
  // A longer text comes cut off there, a longer file not at all.
  const isLarge = chosen ? chosen.length > FILE_LIMIT : Buffer.byteLength(given) >= FILE_LIMIT
  const field = chosen ? 'file' : 'text'
  if (isLarge) throw new Invalid([{ field, key: 'license-files.tooLarge' }])
  if (countLines(typeof given === 'string' ? given : readText(given).text) > ROW_LIMIT)
    throw new Invalid([{ field, key: 'license-files.tooManyRows', params: { most: ROW_LIMIT } }])
  return given
}

/** What is larger than any form of ours is refused unread: said on the form, not on a page of its own. */
function refuseLarge(error: FastifyError, request: FastifyRequest, reply: FastifyReply): unknown {
  if (error.statusCode !== 413) return request.server.errorHandler(error, request, reply)
  const message = request.t('license-files.tooLarge')
  return showForm(request, reply.code(413), [{ field: 'file', message }])
}
