import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { NotFound } from '../errors.ts'
import { isId } from '../ids.ts'
import { readForm } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { hostIdOf, hostPath } from './address.ts'
import { addNote, reachHost, removeNote } from './notes.ts'

/** Longest note; views/hosts/_notes says it too. */
const longest = 2000
const NoteForm = Type.Object({ note: Type.String({ minLength: 1, maxLength: longest }) })

export function postNote(request: FastifyRequest, reply: FastifyReply) {
  const of = ofHost(request)
  return actOnce(request, reply, async (tx) => {
    await reachHost(tx, of.customerId, of.hostId)
    const { note } = readForm(request.body, NoteForm)
    await addNote(tx, of, note)
    request.flash('hosts.notes.added')
    return `${hostPath(request, of.hostId)}#notes`
  })
}

export function postNoteRemoval(request: FastifyRequest, reply: FastifyReply) {
  const of = ofHost(request)
  const { note } = request.params as { note: string }
  if (!isId(note)) throw new NotFound()
  return actOnce(request, reply, async (tx) => {
    await removeNote(tx, of, note)
    request.flash('hosts.notes.removed')
    return `${hostPath(request, of.hostId)}#notes`
  })
}

function ofHost(request: FastifyRequest) {
  return { customerId: request.customer.id, hostId: hostIdOf(request), personId: request.person!.id }
}
