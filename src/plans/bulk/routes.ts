import type { App } from '../../app.ts'
import { requires } from '../../web/guard.ts'
import { onlyDrafts } from '../open-draft.ts'
import { sendRefused } from './file-view.ts'
import { postBulk, postRefill, postRenewal, refuseLarge, showBulk, showRefill } from './pages.ts'
import { sendPlacements } from './placed-file.ts'

/** Bulk plans: what is placed as a file, edited in a spreadsheet, becomes a plan of what was changed in it. */
export function bulkRoutes(app: App): void {
  const licensing = requires('licensing')
  app.get('/c/:customer/bulk', { config: licensing }, (request, reply) => showBulk(request, reply))
  app.get('/c/:customer/bulk/placements.csv', { config: licensing }, sendPlacements)
  app.post(
    '/c/:customer/bulk',
    { config: { ...licensing, redisplay: showBulk }, errorHandler: refuseLarge(showBulk) },
    postBulk,
  )
  const file = '/c/:customer/plans/:plan/file'
  app.get(file, { config: licensing, preHandler: onlyDrafts }, (request, reply) => showRefill(request, reply))
  app.post(
    file,
    {
      config: { ...licensing, redisplay: showRefill },
      preHandler: onlyDrafts,
      errorHandler: refuseLarge(showRefill),
    },
    postRefill,
  )
  app.post('/c/:customer/plans/:plan/renewal', { config: licensing, preHandler: onlyDrafts }, postRenewal)
  app.get('/c/:customer/plans/:plan/refused.csv', { config: licensing, preHandler: onlyDrafts }, sendRefused)
}
