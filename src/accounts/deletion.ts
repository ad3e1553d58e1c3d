import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import { Invalid } from '../errors.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { signedIn } from '../web/guard.ts'
import { actOnce } from '../web/once.ts'
import { forgetSession } from '../web/session.ts'
import { listAssociations } from './access.ts'
import { deleteAccount, listLeftAlone } from './delete-account.ts'

const DeletionForm = Type.Object({ understood: Type.String({ maxLength: 10 }) })

/** Deleting one's own account: what goes, what stays and why is said first. */
export function deletionRoutes(app: App): void {
  const config = { ...signedIn, fresh: true }

  app.get('/account/deletion', { config }, (request, reply) => showDeletion(request, reply, []))

  app.post(
    '/account/deletion',
    { config: { ...config, redisplay: showDeletion } },
    async (request, reply) => {
      const { understood } = readForm(request.body, DeletionForm)
      if (understood !== 'yes') {
        throw new Invalid([{ field: 'understood', key: 'accounts.deletion.notUnderstood' }])
      }
      const { id: personId } = request.person!
      const companies = await listCompanies(request)
      return actOnce(
        request,
        reply,
        async (tx) => {
          const { name: publisher } = app.publisher()
          const { locale } = request
          await deleteAccount(tx, { personId, companies, today: app.today(), publisher, locale })
          request.flash('accounts.deletion.done')
          // Here, as the answer is on its way when this is done.
          forgetSession(reply)
          return '/sign-in'
        },
        { customerIds: companies.map(({ id }) => id) },
      )
    },
  )
}

async function showDeletion(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
): Promise<FastifyReply> {
  const { server, person, t } = request
  const companies = await listCompanies(request)
  const ids = companies.map(({ id }) => id)
  const alone = await server.database.readCustomer(ids, (tx) =>
    listLeftAlone(tx, person!.id, companies, server.today()),
  )
  return reply.page('accounts/deletion', {
    title: t('accounts.section.deletion'),
    // Said at length on the page, where the last supervisor has no form.
    problems,
    companies,
    alone,
    email: person!.email,
  })
}

function listCompanies({ server, person }: FastifyRequest) {
  return server.database.forPerson(person!.id, (tx) => listAssociations(tx, person!.id))
}
