import type { App } from '../app.ts'
import { isLocale, type Locale, translator } from '../web/i18n.ts'
import { findFeed, listReportingIn, noteFetch } from './calendar-queries.ts'
import { type CalendarEvent, calendarText } from './calendar-text.ts'
import { dayMoved } from './days.ts'
import { type End, listEnds } from './ends.ts'

const daysBack = 31
const daysAhead = 3 * 366

/**
 * The calendar of a token, in the person's language, else (as mail is) in that of each company; undefined where the
 * token opens none (any more), or the person holds Reporting in none of its companies (any more).
 */
export async function makeCalendar(app: App, token: string): Promise<string | undefined> {
  const { database } = app
  const feed = await findFeed(database.db, token)
  if (!feed) return undefined
  const { id, personId, name, filter } = feed
  const today = app.today()
  const person = { id: personId, isConfirmed: true }
  const all = await database.forPerson(personId, (tx) => listReportingIn(tx, person, app.publisher(), today))
  const companies = all.filter(({ number }) => !filter.customer || number === filter.customer)
  if (companies.length === 0) return undefined
  if (feed.lastFetchedOn !== today) await noteFetch(database.db, id, today)
  const span = { from: dayMoved(today, -daysBack), to: dayMoved(today, daysAhead) }
  const events: CalendarEvent[] = []
  // One company at a time, as on its pages.
  for (const company of companies) {
    const ends = await database.readCustomer(company.id, (tx) =>
      listEnds(tx, company.id, { ...span, ...filter }),
    )
    const chosen = feed.language ?? company.language
    const language = isLocale(chosen) ? chosen : 'en'
    events.push(...ends.map((end) => eventOf(app, end, company, language)))
  }
  return calendarText({ name, madeAt: new Date(`${today}T00:00:00Z`), events })
}

function eventOf(
  { config }: App,
  { kind, subjectId, endsOn, quantity, product, partNumber, family, contractNumber }: End,
  { number, name }: { number: string; name: string },
  language: Locale,
): CalendarEvent {
  const t = translator(language)
  const company = `${number} - ${name}`
  const { hostname } = new URL(config.baseUrl)
  const url = `${config.baseUrl}/c/${number}/licenses${
    kind === 'license' ? `/${encodeURIComponent(partNumber)}` : `?text=${encodeURIComponent(contractNumber)}`
  }`
  const words =
    kind === 'license'
      ? [
          t('notifications.calendar.licenseEnds', { quantity, product, number }),
          t('notifications.calendar.licenseText', {
            company,
            product,
            partNumber,
            family,
            contract: contractNumber || '-',
          }),
        ]
      : [
          t('notifications.calendar.maintenanceEnds', { contract: contractNumber, number }),
          t('notifications.calendar.maintenanceText', { company, contract: contractNumber }),
        ]
  return {
    language,
    uid: `${subjectId}-${endsOn}@${hostname}`,
    day: endsOn,
    summary: words[0]!,
    description: `${words[1]}\n${url}`,
    url,
  }
}
