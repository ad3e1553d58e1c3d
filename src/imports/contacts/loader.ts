import { sql } from 'drizzle-orm'
import type { Db } from '../../db.ts'
import { newId } from '../../ids.ts'
import { fine, refuse, refuseDuplicates, resolveCustomers } from '../reasons.ts'
import type { Loader } from '../stage.ts'
import { storePeople } from './people.ts'
import { storePrivileges } from './privileges.ts'
import { contactColumns, readContact } from './read.ts'

const table = 'load_contacts'

export const contactsLoader: Loader = {
  name: 'contacts.csv',
  table,
  definition: contactColumns,
  read: (cells) => readContact(cells, newId),
  async settle(tx, context) {
    await refuseDuplicates(tx, table)
    await resolveCustomers(tx, table)
    await refuseSecondPrimaries(tx)
    await storePeople(tx)
    await storeAssociations(tx)
    await storePrivileges(tx, context)
  },
}

/** R11: exactly one association of a person is primary. */
async function refuseSecondPrimaries(tx: Db): Promise<void> {
  await refuse(tx, {
    table,
    reason: 'imports.primaryTwice',
    params: sql`'email', r.email, 'line', f.line`,
    from: sql`(select distinct on (email) email, line from load_contacts
               where is_primary and ${fine('load_contacts')} order by email, line) f`,
    where: sql`f.email = r.email and r.is_primary and f.line < r.line`,
  })
}

async function storeAssociations(tx: Db): Promise<void> {
  await tx.execute(sql`
    update load_contacts r set is_new = not exists (
      select from associations a where a.customer_id = r.customer_id and a.person_id = r.person_id)
    where ${fine()}`)
  await tx.execute(sql`
    insert into associations (customer_id, person_id)
    select customer_id, person_id from load_contacts r where ${fine()} and is_new`)
}
