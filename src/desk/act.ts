import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { actOnce } from '../web/once.ts'
import { asDesk } from './scope.ts'

/** actOnce for the publisher's staff: across customers until the work says for which it acts (actFor). */
export function actAtDesk(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (tx: Db) => Promise<string>,
): Promise<FastifyReply> {
  return actOnce(request, reply, async (tx) => {
    await asDesk(tx, request.person!.id)
    return work(tx)
  })
}
