import { eq } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { recordPersonActivity } from '../activity/record.ts'
import type { App } from '../app.ts'
import type { Db } from '../db.ts'
import { people } from '../schema.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { signedIn } from '../web/guard.ts'
import { localeNames, locales } from '../web/i18n.ts'
import { actOnce } from '../web/once.ts'
import { type Profile, ProfileForm, readProfile, timeZones } from './profile-fields.ts'

/** Name, telephone, language and time zone. */
export function profileRoutes(app: App): void {
  app.get('/account/profile', { config: signedIn }, async (request, reply) =>
    showProfile(request, reply, [], await findProfile(app.database.db, request.person!.id)),
  )

  app.post(
    '/account/profile',
    { config: { ...signedIn, redisplay: showProfile } },
    async (request, reply) => {
      const profile = readProfile(readForm(request.body, ProfileForm))
      return actOnce(request, reply, async (tx) => {
        await saveProfile(tx, request.person!.id, profile)
        request.flash('accounts.profile.saved')
        return '/account'
      })
    },
  )
}

async function findProfile(db: Db, personId: string): Promise<Record<string, unknown>> {
  const [row] = await db
    .select({
      name: people.name,
      phone: people.phone,
      language: people.language,
      timeZone: people.timeZone,
    })
    .from(people)
    .where(eq(people.id, personId))
  return { ...row, language: row?.language ?? '', timeZone: row?.timeZone ?? '' }
}

async function saveProfile(tx: Db, personId: string, profile: Profile): Promise<void> {
  const [before] = await tx.select().from(people).where(eq(people.id, personId)).for('update')
  const changed = (Object.keys(profile) as (keyof Profile)[]).filter(
    (field) => before![field] !== profile[field],
  )
  if (changed.length === 0) return
  await tx.update(people).set(profile).where(eq(people.id, personId))
  await recordPersonActivity(tx, { personId, verb: 'account.profile-changed', details: { fields: changed } })
}

function showProfile(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
): FastifyReply {
  const { t, server } = request
  const { timeZone } = server.publisher()
  return reply.page('accounts/profile', {
    title: t('accounts.section.profile'),
    problems,
    values,
    languages: [
      { value: '', text: t('accounts.profile.asBrowser') },
      ...locales.map((code) => ({ value: code, text: localeNames[code] })),
    ],
    zones: [
      { value: '', text: t('accounts.profile.asPublisher', { zone: timeZone }) },
      ...timeZones.map((zone) => ({ value: zone, text: zone.replaceAll('_', ' ') })),
    ],
  })
}
