import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import { sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../../db.ts'
import type { HostIdKind } from '../../hosts/host-id.ts'
import { containing, isCalled } from '../../sql.ts'
import { asText, neutral } from '../../web/csv.ts'
import { text } from '../../web/forms.ts'
import { columns } from './columns.ts'
import { kept } from './kept.ts'

/** Placements read at a time while the file is sent. */
const batch = 500

type Filter = { host: string; product: string }

type Row = {
  hostId: string
  entitlementId: string
  host: string
  members: { kind: HostIdKind; value: string }[]
  product: string
  partNumber: string
  contract: string | null
  order: string
  line: number
  quantity: number
  /** Zeros at the front of the order's number matter: it is written as text. */
  isZeros: boolean
}

/** What is placed, as the file that can be edited and given back. Sent while it is read. */
export async function sendPlacements(request: FastifyRequest, reply: FastifyReply) {
  const { t, customer, server } = request
  const { host, product } = request.query as Record<string, unknown>
  const filter = { host: text(host).slice(0, 100), product: text(product).slice(0, 100) }
  const name = `${t('bulk.file.name')}-${customer.number}-${server.today()}.csv`
  return sendRows(request, reply, name, columns, rowsOf(request, filter))
}

/** Records as a spreadsheet's CSV in the reader's language, sent while they are made. */
export function sendRows(
  { locale }: FastifyRequest,
  reply: FastifyReply,
  name: string,
  heads: readonly string[],
  records: AsyncIterable<string[]> | Iterable<string[]>,
) {
  // A spreadsheet in French takes the comma for a decimal sign.
  const delimiter = locale === 'fr' ? ';' : ','
  const csv = stringify({
    bom: true,
    delimiter,
    record_delimiter: 'windows',
    columns: [...heads],
    header: true,
  })
  const rows = Readable.from(records)
  rows.on('error', (error) => csv.destroy(error))
  csv.on('close', () => rows.destroy())
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('cache-control', 'no-store')
    .send(rows.pipe(csv))
}

async function* rowsOf(request: FastifyRequest, filter: Filter): AsyncGenerator<string[]> {
  const { server, customer, format } = request
  const madeAt = new Date().toISOString()
  for (let after: Row | undefined, more = true; more; ) {
    const rows = await server.database.readCustomer(customer.id, (tx) =>
      listPlacements(tx, customer.id, filter, after),
    )
    for (const row of rows) {
      const ids = row.members.map(({ kind, value }) => format.hostId(kind, value)).join('|')
      const quantity = String(row.quantity)
      const { host, product, partNumber, contract, order, line } = row
      const words = [kept(host), neutral(ids), neutral(product), kept(partNumber), kept(contract ?? '')]
      yield [...words, row.isZeros ? asText(order) : kept(order), String(line), quantity, quantity, madeAt]
    }
    after = rows.at(-1)
    more = rows.length === batch
  }
}

// A number that a spreadsheet would change, or would make of another order's number.
const losesZeros = sql`(o.sales_order_number ~ '^0[0-9]+$' or o.sales_order_number ~ '^[0-9]+$' and exists (
  select from orders z where z.customer_id = o.customer_id and z.sales_order_number ~ '^0'
    and ltrim(z.sales_order_number, '0') = o.sales_order_number))`

/** Some placements of sold licenses on active hosts, by label of the host, after one of them. */
async function listPlacements(
  tx: Db,
  customerId: string,
  { host, product }: Filter,
  after: Row | undefined,
): Promise<Row[]> {
  // Of hosts alone, as their index has them: with the entitlement in it, each batch would read all that is placed.
  const beyond = after
    ? sql`and (h.label, h.id) >= (${after.host}, ${after.hostId}::uuid)
      and (h.id <> ${after.hostId}::uuid or l.entitlement_id > ${after.entitlementId}::uuid)`
    : sql``
  // First which rows, then what is said of each: in one, the planner reads the whole company for each batch.
  return tx.execute<Row>(sql`
    with page as materialized (
      select h.id, h.label, l.quantity, e.id as entitlement_id, e.product_id, e.contract_id, e.term_id
      from hosts h
      join placements l on l.customer_id = h.customer_id and l.host_id = h.id and l.quantity > 0
      join entitlements e on e.customer_id = l.customer_id and e.id = l.entitlement_id and e.kind = 'sold'
        and e.term_id is not null
      join products p on p.id = e.product_id
      where h.customer_id = ${customerId} and h.status = 'active'
        ${host === '' ? sql`` : sql`and ${isCalled(sql`h.label`, host)}`}
        ${product === '' ? sql`` : sql`and (${isCalled(sql`p.name`, product)} or p.part_number ilike ${containing(product)})`}
        ${beyond}
      order by h.label, h.id, e.id limit ${batch}
    )
    select l.id as "hostId", l.entitlement_id as "entitlementId", l.label as host, coalesce((
        select json_agg(json_build_object('kind', m.id_kind, 'value', m.id_value) order by m.position)
        from host_members m where m.customer_id = ${customerId} and m.host_id = l.id), '[]') as members,
      p.name as product, p.part_number as "partNumber", c.contract_number as contract,
      o.sales_order_number as "order", t.line, l.quantity, ${losesZeros} as "isZeros"
    from page l
    join products p on p.id = l.product_id
    join terms t on t.customer_id = ${customerId} and t.id = l.term_id
    join orders o on o.customer_id = ${customerId} and o.id = t.order_id
    left join contracts c on c.customer_id = ${customerId} and c.id = l.contract_id
    order by l.label, l.id, l.entitlement_id`)
}
