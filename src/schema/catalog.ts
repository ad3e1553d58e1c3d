import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'

/** A family has a license daemon and a port. */
export const families = pgTable('families', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull().unique(),
  daemon: text('daemon').notNull(),
  port: integer('port').notNull(),
})

export const products = pgTable(
  'products',
  {
    id: uuid('id').primaryKey(),
    /** Upper case. */
    partNumber: text('part_number').notNull().unique(),
    name: text('name').notNull(),
    familyId: uuid('family_id')
      .notNull()
      .references(() => families.id),
    licenseType: text('license_type', { enum: ['node-locked', 'floating', 'extended'] }).notNull(),
    extendsProductId: uuid('extends_product_id'),
  },
  (t) => [
    check('products_license_type', sql`${t.licenseType} in ('node-locked', 'floating', 'extended')`),
    check(
      'products_extended_has_base',
      sql`(${t.licenseType} = 'extended') = (${t.extendsProductId} is not null)`,
    ),
    index('products_by_name').on(t.name, t.id),
    index('products_by_family').on(t.familyId),
  ],
)

/** A feature a product grants, in the order of the publisher's file. */
export const productFeatures = pgTable(
  'product_features',
  {
    productId: uuid('product_id')
      .notNull()
      .references(() => products.id),
    position: integer('position').notNull(),
    name: text('name').notNull(),
    version: text('version').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.productId, t.position] }),
    unique('product_features_name').on(t.productId, t.name),
    check('product_features_name_form', sql`${t.name} ~ '^[A-Za-z0-9_-]{1,30}$'`),
    check('product_features_version_form', sql`${t.version} ~ '^[0-9]+(\\.[0-9]+)?$'`),
  ],
)
