import { newId } from '../../ids.ts'
import type { Loader } from '../stage.ts'
import { checkPlacements } from './check.ts'
import { placementColumns, readPlacement } from './read.ts'
import { storePlacements } from './store.ts'

export const placementsLoader: Loader = {
  name: 'placements.csv',
  table: 'load_placements',
  definition: placementColumns,
  read: (cells) => readPlacement(cells, newId),
  async settle(tx, context) {
    await checkPlacements(tx, context)
    await storePlacements(tx, context)
  },
}
