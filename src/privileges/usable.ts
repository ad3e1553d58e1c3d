import { type SQL, sql } from 'drizzle-orm'

/**
 * Whether a person (alias `p` of people) can sign in, by a password or an issuer: a supervisor who cannot is none to
 * count on (R5).
 */
export const isUsable: SQL<boolean> = sql<boolean>`(p.confirmed_at is not null and p.deleted_at is null and (
  p.password_hash is not null or exists (select from identities k where k.person_id = p.id)))`
