import { sql } from 'drizzle-orm'
import type { Database } from '../../src/db.ts'

/** Text that is one of a few words, a key, or read by machines: it cannot hold anything else. */
const fixed = [
  /_number$|_id$|^id_|email|^language$|^time_zone$|^country$|_url$|hash|digest|^key_id$|^location$|^message_id$|^server_name$/,
  /^(kind|status|tool|verb|object_kind|privilege|template|license_type|term_kind|currency|data|to_address)$/,
]
const left = [
  'product_features',
  'sessions',
  'form_keys',
  'tries',
  'mails',
  'activity',
  'packs',
  'password_links',
  'loads',
]

/** Puts `text` into every stored text that people or files can fill, behind a number that keeps lists in order. */
export async function dress(owner: Database, text: string): Promise<void> {
  const columns = await owner.db.execute<{ table: string; column: string }>(sql`
    select c.table_name as "table", c.column_name as "column" from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and c.data_type = 'text' and t.table_type = 'BASE TABLE'
    order by 1, 2`)
  for (const { table, column } of columns) {
    if (left.includes(table) || fixed.some((one) => one.test(column))) continue
    const [of, name] = [sql.identifier(table), sql.identifier(column)]
    await owner.db.execute(sql`
      update ${of} t set ${name} = 'a' || lpad(n.n::text, 4, '0') || ${text}::text
      from (select ctid as row, row_number() over (order by ${name}, ctid) as n from ${of}) n
      where t.ctid = n.row`)
  }
}

/** Elements with the names of their attributes, as they lie in one another: what the words of a page must not change. */
export function shapeOf(element: Element): string {
  const names = element.getAttributeNames().sort().join(' ')
  return `${element.tagName}[${names}](${[...element.children].map(shapeOf).join()})`
}
