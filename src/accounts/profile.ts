import { eq } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { recordPersonActivity } from '../activity/record.ts'
import type { App } from '../app.ts'
import { markOf } from '../customers/record-change.ts'
import type { Db } from '../db.ts'
import { Invalid } from '../errors.ts'
import { people } from '../schema.ts'
import { type Problem, readForm } from '../web/forms.ts'
import { signedIn } from '../web/guard.ts'
import { localeNames, locales } from '../web/i18n.ts'
import { actOnce } from '../web/once.ts'
import { type Profile, ProfileForm, readProfile, timeZones } from './profile-fields.ts'

type Stored = { name: string; phone: string; language: string | null; timeZone: string | null }

/** Name, telephone, language and time zone. */
export function profileRoutes(app: App): void {
  app.get('/account/profile', { config: signedIn }, async (request, reply) =>
    showProfile(request, reply, [], {}),
  )

  app.post(
    '/account/profile',
    { config: { ...signedIn, redisplay: showProfile } },
    async (request, reply) => {
      const { seen, ...form } = readForm(request.body, ProfileForm)
      const profile = readProfile(form)
      return actOnce(request, reply, async (tx) => {
        await saveProfile(tx, request.person!.id, profile, seen)
        request.flash('accounts.profile.saved')
        return '/account'
      })
    },
  )
}

async function findProfile(db: Db, personId: string): Promise<Record<string, string>> {
  const [row] = await db
    .select({
      name: people.name,
      phone: people.phone,
      language: people.language,
      timeZone: people.timeZone,
    })
    .from(people)
    .where(eq(people.id, personId))
  return textOf(row!)
}

/** As the fields of the form show it. */
function textOf({ name, phone, language, timeZone }: Stored): Record<string, string> {
  return { name, phone, language: language ?? '', timeZone: timeZone ?? '' }
}

/** Throws Invalid where another window has saved what this form did not show. */
async function saveProfile(tx: Db, personId: string, profile: Profile, seen?: string): Promise<void> {
  const [before] = await tx.select().from(people).where(eq(people.id, personId)).for('update')
  const changed = (Object.keys(profile) as (keyof Profile)[]).filter(
    (field) => before![field] !== profile[field],
  )
  if (changed.length === 0) return
  if (seen && seen !== markOf(textOf(before!))) throw new Invalid([{ key: 'accounts.profile.meanwhile' }])
  await tx.update(people).set(profile).where(eq(people.id, personId))
  await recordPersonActivity(tx, { personId, verb: 'account.profile-changed', details: { fields: changed } })
}

async function showProfile(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  typed: Record<string, unknown>,
): Promise<FastifyReply> {
  const { t, server } = request
  const profile = await findProfile(server.database.db, request.person!.id)
  const { timeZone } = server.publisher()
  return reply.page('accounts/profile', {
    title: t('accounts.section.profile'),
    problems,
    values: { ...profile, ...typed, seen: markOf(profile) },
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
