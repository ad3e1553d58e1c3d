import { type SQL, sql } from 'drizzle-orm'

/**
 * Fields that people may change here. One that differs from what the last load brought (`loaded` of the stored row
 * `s`) was changed here: it stays, and the row of the file (`r`) is reported as kept.
 */
export function keptFields(fields: readonly string[]) {
  const stored = (field: string) => sql.raw(`s.${field}`)
  const filed = (field: string) => sql.raw(`r.${field}`)
  const stays = (field: string) =>
    sql`(s.loaded ? ${sql.raw(`'${field}'`)} and coalesce(to_jsonb(${stored(field)}), 'null') <> s.loaded -> ${sql.raw(`'${field}'`)})`
  const differs = (field: string) => sql`${filed(field)} is distinct from ${stored(field)}`
  const names = (condition: (field: string) => SQL) =>
    sql`array_remove(array[${list(fields, (field) => sql`case when ${condition(field)} then ${field}::text end`)}], null)`
  const kept = names((field) => sql`${stays(field)} and ${differs(field)}`)
  const changed = names((field) => sql`not ${stays(field)} and ${differs(field)}`)
  return {
    /** Names of the fields of `r` that do not count. */
    kept,
    /** Names of the fields that take a new value. */
    changed,
    /** `field = value, ...` for an UPDATE. */
    assignments: list(
      fields,
      (field) =>
        sql`${sql.identifier(field)} = case when ${stays(field)} then ${stored(field)} else ${filed(field)} end`,
    ),
    /** What is remembered as loaded. */
    loaded: loadedFields(fields),
  }
}

export function loadedFields(fields: readonly string[]): SQL {
  return sql`jsonb_build_object(${list(fields, (field) => sql.raw(`'${field}', r.${field}`))})`
}

/** 'changed', 'kept' or 'unchanged', from the names of fields. */
export function resultOf(changed: SQL, kept: SQL): SQL {
  return sql`case when ${changed} <> '{}' then 'changed' when ${kept} <> '{}' then 'kept' else 'unchanged' end`
}

function list(fields: readonly string[], part: (field: string) => SQL): SQL {
  return sql.join(fields.map(part), sql`, `)
}
