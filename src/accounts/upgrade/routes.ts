import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../../app.ts'
import { Invalid } from '../../errors.ts'
import { listAccountRequests } from '../../requests/account/queries.ts'
import { statusTag } from '../../requests/status.ts'
import { countAct, type Limit } from '../../sign-in/throttle.ts'
import type { Problem } from '../../web/forms.ts'
import { signedIn } from '../../web/guard.ts'
import { networkOf } from '../../web/network.ts'
import { actOnce } from '../../web/once.ts'
import { listAssociations } from '../access.ts'
import { askUpgrade, readUpgrade } from './ask.ts'

/** R8: a customer number and a proof; what comes of it stands on the request's page. */
export function upgradeRoutes(app: App): void {
  app.get('/account/upgrade', { config: signedIn }, (request, reply) => show(request, reply, [], {}))

  app.post('/account/upgrade', { config: { ...signedIn, redisplay: show } }, async (request, reply) => {
    const person = request.person!
    const asked = readUpgrade(request.body)
    const own = await app.database.forPerson(person.id, (tx) => listAssociations(tx, person.id))
    return actOnce(request, reply, async (tx) => {
      // Here, as the first of two clicks may have made it theirs.
      if (own.some(({ number }) => number === asked.customerNumber)) {
        throw new Invalid([{ field: 'customerNumber', key: 'accounts.upgrade.alreadyYours' }])
      }
      await countAct(tx, limitsFor(request), 'accounts.upgrade.tooMany')
      const { number } = await askUpgrade(tx, { ...asked, personId: person.id, language: request.locale })
      request.flash('accounts.upgrade.received')
      return `/requests/${number}`
    })
  })
}

/** By person and by network, whatever was tried. */
function limitsFor(request: FastifyRequest): Limit[] {
  return [
    { key: `upgrade ${request.person!.id}`, tries: 5, minutes: 60 },
    { key: `upgrade from ${networkOf(request.ip)}`, tries: 20, minutes: 60 },
  ]
}

async function show(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const personId = request.person!.id
  const asked = await request.server.database.forPerson(personId, (tx) => listAccountRequests(tx, personId))
  return reply.page('accounts/upgrade', {
    title: request.t('accounts.upgrade.title'),
    problems,
    values,
    asked: asked.map((one) => ({ ...one, tag: statusTag(one.status) })),
  })
}
