import { eq } from 'drizzle-orm'
import { Type } from 'typebox'
import type { App } from '../app.ts'
import { people } from '../schema.ts'
import { readForm } from './forms.ts'
import { open } from './guard.ts'
import { isLocale } from './i18n.ts'
import { localPath } from './local-path.ts'

const LanguageForm = Type.Object({ locale: Type.String(), to: Type.String({ maxLength: 4000 }) })
const year = 365 * 24 * 3600

/** The language switch of the frame: kept in the account, and on this browser for when nobody is signed in. */
export function languageRoutes(app: App): void {
  app.post('/language', { config: open }, async (request, reply) => {
    const { locale, to } = readForm(request.body, LanguageForm)
    if (isLocale(locale)) {
      reply.setCookie('guichet_language', locale, {
        path: '/',
        maxAge: year,
        sameSite: 'lax',
        secure: 'auto',
      })
      if (request.person) {
        await app.database.db.update(people).set({ language: locale }).where(eq(people.id, request.person.id))
      }
    }
    return reply.redirect(localPath(to), 303)
  })
}
