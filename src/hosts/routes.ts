import type { App } from '../app.ts'
import { requires } from '../web/guard.ts'
import { postCaretaker, showCaretaker } from './caretaker-page.ts'
import {
  postDecommission,
  postRecommission,
  showDecommission,
  showRecommission,
} from './decommission-page.ts'
import { showHistory } from './history-page.ts'
import { showHost } from './host-page.ts'
import { showHosts } from './list-page.ts'
import { postNote, postNoteRemoval } from './notes-page.ts'
import { showSheet } from './sheet-page.ts'

const reads = requires('licensing', 'reporting')
const writes = requires('licensing')

export function hostRoutes(app: App): void {
  app.get('/c/:customer/hosts', { config: reads }, showHosts)
  app.get('/c/:customer/hosts/:host', { config: reads }, (request, reply) => showHost(request, reply))
  app.get('/c/:customer/hosts/:host/history', { config: reads }, showHistory)
  app.get('/c/:customer/hosts/:host/sheet', { config: reads }, showSheet)
  app.post('/c/:customer/hosts/:host/notes', { config: { ...writes, redisplay: showHost } }, postNote)
  app.post('/c/:customer/hosts/:host/notes/:note/removal', { config: writes }, postNoteRemoval)

  const caretaker = '/c/:customer/hosts/:host/caretaker'
  app.get(caretaker, { config: writes }, (request, reply) => showCaretaker(request, reply))
  app.post(caretaker, { config: { ...writes, redisplay: showCaretaker } }, postCaretaker)

  const decommission = '/c/:customer/hosts/:host/decommission'
  app.get(decommission, { config: writes }, (request, reply) => showDecommission(request, reply))
  app.post(decommission, { config: { ...writes, redisplay: showDecommission } }, postDecommission)

  const recommission = '/c/:customer/hosts/:host/recommission'
  app.get(recommission, { config: writes }, (request, reply) => showRecommission(request, reply))
  app.post(recommission, { config: { ...writes, redisplay: showRecommission } }, postRecommission)
}
