import { Type } from 'typebox'
import type { App } from '../app.ts'
import { readForm } from '../web/forms.ts'
import { signedIn } from '../web/guard.ts'
import { hash } from '../web/session.ts'
import { listAssociations } from './access.ts'
import { endSession, listSessions } from './sessions.ts'

const EndForm = Type.Object({ session: Type.String({ minLength: 1, maxLength: 64 }) })

/** One's own account: who one is here, for which companies, and where one is signed in. */
export function accountRoutes(app: App): void {
  app.get('/account', { config: signedIn }, async (request, reply) => {
    const { id } = request.person!
    const [associations, sessions] = await Promise.all([
      app.database.forPerson(id, (tx) => listAssociations(tx, id)),
      listSessions(app.database.db, id, app.config.sessionIdleMinutes),
    ])
    const here = hash(request.session.sessionId)
    return reply.page('accounts/show', {
      title: request.t('accounts.title'),
      companies: associations,
      sessions: sessions.map((session) => ({ ...session, isHere: session.idHash === here })),
    })
  })

  app.post('/account/ended-sessions', { config: signedIn }, async (request, reply) => {
    const { session } = readForm(request.body, EndForm)
    await endSession(app.database.db, request.person!.id, session)
    request.flash('accounts.sessionEnded')
    return reply.redirect('/account', 303)
  })

  app.get('/', { config: signedIn }, async (request, reply) => {
    const { active, person } = request.access!
    if (active) return reply.redirect(active.base, 303)
    return reply.page(person.isStaff ? 'accounts/staff' : 'accounts/plain', {
      title: request.t(person.isStaff ? 'accounts.staffTitle' : 'accounts.plainTitle'),
    })
  })
}
