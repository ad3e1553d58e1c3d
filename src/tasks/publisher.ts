import { eq, sql } from 'drizzle-orm'
import type { Db } from '../db.ts'
import { publisher } from '../schema.ts'
import { recordCommand } from './record-command.ts'
import { withDatabase } from './with-database.ts'

type Settings = typeof publisher.$inferInsert
type Reader = (text: string) => unknown

const yesNo: Reader = (text) => {
  if (!/^(yes|no)$/i.test(text)) throw new Error(`"${text}": this setting takes yes or no.`)
  return text.toLowerCase() === 'yes'
}
const wholeNumber: Reader = (text) => {
  if (!/^\d{1,5}$/.test(text)) throw new Error(`"${text}": this setting takes a whole number.`)
  return Number(text)
}
const atLeastOne: Reader = (text) => {
  if (wholeNumber(text) === 0) throw new Error(`"${text}": this setting takes a whole number above 0.`)
  return Number(text)
}
const link: Reader = (text) => {
  const url = text && URL.canParse(text) ? new URL(text) : undefined
  if (text && !['http:', 'https:', 'mailto:'].includes(url?.protocol ?? '')) {
    throw new Error(
      `"${text}": this setting takes an address that begins with https:, http: or mailto:, or nothing.`,
    )
  }
  return text
}
const timeZone: Reader = (text) => {
  if (!isTimeZone(text)) {
    throw new Error(`"${text}" is not a time zone: it takes a name such as Europe/Paris.`)
  }
  return text
}

/** By its name, of today or of old: Intl lists only one of Asia/Kolkata and Asia/Calcutta. No offset: Postgres reads its sign the other way. */
function isTimeZone(name: string): boolean {
  if (!/^(UTC|[A-Z]\w+(\/[\w+-]+)+)$/.test(name)) return false
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

const words: Reader = (text) => text.trim()
const publisherName: Reader = (text) => {
  if (!text.trim()) throw new Error('The publisher has a name: it stands on every page and in every pack.')
  return text.trim()
}
const hostIdKinds: Reader = (text) => {
  const kinds = text
    .split(',')
    .map((kind) => kind.trim().toUpperCase())
    .filter(Boolean)
  const wrong = kinds.find((kind) => !/^[A-Z][A-Z0-9_]{0,29}$/.test(kind))
  if (wrong === undefined) return kinds
  throw new Error(`"${wrong}" is not the NAME of NAME=value: up to 30 letters A to Z, digits and _.`)
}

type Setting = { column: keyof Settings; read: Reader }

const settings: Record<string, Setting> = {
  name: { column: 'name', read: publisherName },
  time_zone: { column: 'timeZone', read: timeZone },
  open_until_supervised: { column: 'openUntilSupervised', read: yesNo },
  allow_any_host_id: { column: 'allowAnyHostId', read: yesNo },
  host_id_kinds: { column: 'hostIdKinds', read: hostIdKinds },
  moves_per_year: { column: 'movesPerYear', read: wholeNumber },
  undo_hours: { column: 'undoHours', read: wholeNumber },
  temporary_days: { column: 'temporaryDays', read: atLeastOne },
  temporary_open: { column: 'temporaryOpen', read: wholeNumber },
  temporary_per_year: { column: 'temporaryPerYear', read: wholeNumber },
  keep_sessions_days: { column: 'keepSessionsDays', read: wholeNumber },
  keep_invitations_days: { column: 'keepInvitationsDays', read: wholeNumber },
  keep_drafts_days: { column: 'keepDraftsDays', read: wholeNumber },
  keep_mail_days: { column: 'keepMailDays', read: wholeNumber },
  support_text: { column: 'supportText', read: words },
  support_url: { column: 'supportUrl', read: link },
  services_url: { column: 'servicesUrl', read: link },
  requires_second_factor: { column: 'requiresSecondFactor', read: yesNo },
}

/** `guichet publisher`: shows the publisher's settings; `guichet publisher NAME VALUE` sets one. */
export async function run(args: string[]): Promise<number> {
  const [name, value, ...rest] = args
  const setting = name !== undefined && Object.hasOwn(settings, name) ? settings[name] : undefined
  if (rest.length || (name !== undefined && (!setting || value === undefined))) {
    process.stderr.write(
      `Usage: guichet publisher [NAME VALUE]\nNames: ${Object.keys(settings).join(', ')}\n`,
    )
    return 2
  }
  return withDatabase(async ({ owner }) => {
    await owner.db.insert(publisher).values({ id: 1 }).onConflictDoNothing()
    if (setting) await owner.transaction((tx) => change(tx, name!, setting, value!))
    const [row] = await owner.db.select().from(publisher)
    for (const [key, { column }] of Object.entries(settings)) {
      process.stdout.write(`${key.padEnd(24)}${show(row![column as keyof typeof row])}\n`)
    }
    return 0
  })
}

async function change(tx: Db, name: string, { column, read }: Setting, value: string): Promise<void> {
  const changed = read(value)
  const [before] = await tx.select().from(publisher).for('update')
  await tx
    .update(publisher)
    .set({ [column]: changed } as Partial<Settings>)
    .where(eq(publisher.id, sql`1`))
  const values = { from: show(before![column]), to: show(changed) }
  if (values.from === values.to) return
  // Free words and addresses may be somebody's: they can be erased.
  const isErasable = read === words || read === publisherName || read === link
  await recordCommand(tx, {
    verb: 'setting.changed',
    objectKind: 'setting',
    objectId: name,
    ...(isErasable ? { particulars: values } : { details: values }),
  })
}

function show(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return Array.isArray(value) ? value.join(', ') : String(value ?? '')
}
