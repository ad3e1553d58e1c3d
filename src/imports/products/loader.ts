import { newId } from '../../ids.ts'
import type { Loader } from '../stage.ts'
import { checkProducts } from './check.ts'
import { productColumns, readProduct } from './read.ts'
import { storeProducts } from './store.ts'

export const productsLoader: Loader = {
  name: 'products.csv',
  table: 'load_products',
  definition: productColumns,
  read: (cells) => readProduct(cells, newId),
  async settle(tx) {
    await checkProducts(tx)
    await storeProducts(tx)
  },
}
