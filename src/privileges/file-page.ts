import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Invalid } from '../errors.ts'
import { neutral } from '../web/csv.ts'
import { todayIn } from '../web/format.ts'
import { type Problem, text } from '../web/forms.ts'
import { actOnce } from '../web/once.ts'
import { createDraft } from './drafts.ts'
import { mostPeople } from './many-page.ts'
import { listPeople, type PersonRow } from './people.ts'
import { heads, readPeopleFile, untilCell } from './people-file.ts'
import { type PeopleFilter, readFilter } from './people-filter.ts'

/** People read at a time while the file is sent. */
const batch = 500

/** Everyone who fits, as the file that can be changed and given back. Sent while it is read. */
export async function sendCsv(request: FastifyRequest, reply: FastifyReply) {
  const { customer, locale, t, server } = request
  const filter = { ...readFilter(request.query), after: '' }
  // A spreadsheet in French takes the comma for a decimal sign.
  const delimiter = locale === 'fr' ? ';' : ','
  const csv = stringify({
    bom: true,
    delimiter,
    record_delimiter: 'windows',
    columns: [...heads],
    header: true,
  })
  const rows = Readable.from(rowsOf(request, filter))
  rows.on('error', (error) => csv.destroy(error))
  csv.on('close', () => rows.destroy())
  const name = `${t('privileges.file.name')}-${customer.number}-${server.today()}.csv`
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('cache-control', 'no-store')
    .send(rows.pipe(csv))
}

async function* rowsOf(
  { server, customer, person }: FastifyRequest,
  filter: PeopleFilter,
): AsyncGenerator<string[]> {
  // The day of the last sign-in is that of the reader, as on the page.
  const timeZone = person!.timeZone || server.publisher().timeZone
  for (let after: string | undefined = ''; after !== undefined; ) {
    const from: string = after
    const page = await server.database.readCustomer(customer.id, (tx) =>
      listPeople(tx, customer.id, { ...filter, after: from }, server.today(), batch),
    )
    for (const row of page.rows) yield recordOf(row, timeZone)
    after = page.next
  }
}

function recordOf({ email, name, privileges, lastSignedInAt }: PersonRow, timeZone: string): string[] {
  const held = privileges.map(({ privilege }) => privilege).join('|')
  const lastSeen = lastSignedInAt ? todayIn(timeZone, new Date(lastSignedInAt)) : ''
  return [email, name, held, untilCell(privileges), lastSeen].map(neutral)
}

export async function showFile(
  request: FastifyRequest,
  reply: FastifyReply,
  problems: Problem[],
  values: Record<string, unknown>,
) {
  const { customer, t } = request
  return reply.page('privileges/file', {
    title: t('privileges.file.title'),
    heads,
    most: mostPeople,
    csv: `${customer.base}/people/people.csv`,
    problems,
    values: { text: text(values.text) },
  })
}

/** A chosen file goes before pasted text. Nothing is changed yet: to the preview. */
export async function postFile(request: FastifyRequest, reply: FastifyReply) {
  const { customer } = request
  const given = textOf(request.body)
  if (!given.trim()) throw new Invalid([{ field: 'file', key: 'privileges.file.nothing' }])
  if (given.length > 1024 * 1024) throw new Invalid([{ field: 'file', key: 'privileges.file.large' }])
  return actOnce(request, reply, async (tx) => {
    const entries = await readPeopleFile(tx, customer.id, given)
    const draft = await createDraft(tx, { customerId: customer.id, by: request.person!.id, entries })
    return `${customer.base}/people/changes/${draft}`
  })
}

function textOf(body: unknown): string {
  const { file, text: pasted } = (body ?? {}) as Record<string, unknown>
  const chosen = [file].flat().find((one) => Buffer.isBuffer(one) && one.length > 0) as Buffer | undefined
  if (!chosen) return typeof pasted === 'string' ? pasted : ''
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(chosen)
  } catch {
    return new TextDecoder('windows-1252').decode(chosen)
  }
}
