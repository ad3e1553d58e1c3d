import { newId } from '../../ids.ts'
import type { Loader } from '../stage.ts'
import { checkOrders } from './check.ts'
import { orderColumns, readOrder } from './read.ts'
import { resolveRenewals } from './renewals.ts'
import { storeOrders } from './store.ts'

export const ordersLoader: Loader = {
  name: 'orders.csv',
  table: 'load_orders',
  definition: orderColumns,
  read: (cells) => readOrder(cells, newId),
  async settle(tx, context) {
    await checkOrders(tx, context)
    await resolveRenewals(tx)
    await storeOrders(tx)
  },
}
