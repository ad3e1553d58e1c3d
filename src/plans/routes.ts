import type { App } from '../app.ts'
import { requires } from '../web/guard.ts'
import { bulkRoutes } from './bulk/routes.ts'
import { discard, name, removal, showCheck, submission } from './check-page.ts'
import { chooseEntitlement } from './entitlement-page.ts'
import { beginWithHost, showHostFirst } from './host-first.ts'
import { chooseHost } from './host-page.ts'
import { keepRoutes } from './keep/routes.ts'
import { moveRoutes } from './move/routes.ts'
import { addHost, changeHost, showChangedHost, showHostIdCheck, showNewHost } from './new-host-page.ts'
import { onlyDrafts } from './open-draft.ts'
import { setQuantity, showQuantity } from './quantity-page.ts'
import { replaceRoutes } from './replace/routes.ts'
import { returnRoutes } from './return/routes.ts'
import { beginPlan, startAgain, startOf } from './start-page.ts'
import { temporaryRoutes } from './temporary-pages/routes.ts'
import { draftsOf } from './tool-frame.ts'

/** Plans: the page of a whole plan, and Configure new licenses with one question a page; then the other tools. */
export function planRoutes(app: App): void {
  const licensing = requires('licensing')
  const draft = { config: licensing, preHandler: onlyDrafts }
  const form = (redisplay: typeof showCheck, preHandler: typeof onlyDrafts = onlyDrafts) => ({
    config: { ...licensing, redisplay },
    preHandler,
  })
  const ofConfigure = draftsOf('configure')
  const configure = { config: licensing, preHandler: ofConfigure }
  // A successor is changed by the question that named it.
  const ofNewHosts = draftsOf('configure', 'move', 'temporary')

  app.get('/c/:customer/configure', { config: licensing }, startOf('configure'))
  app.get('/c/:customer/configure/new-host', { config: licensing }, (request, reply) =>
    showHostFirst(request, reply),
  )
  app.post(
    '/c/:customer/configure/new-host',
    { config: { ...licensing, redisplay: showHostFirst } },
    beginWithHost,
  )
  app.post('/c/:customer/plans', { config: { ...licensing, redisplay: startAgain } }, beginPlan)
  app.get('/c/:customer/plans/host-id-check', { config: licensing }, showHostIdCheck)

  app.get('/c/:customer/plans/:plan', draft, showCheck)
  app.post('/c/:customer/plans/:plan/lines/:line/removal', draft, removal)
  app.post('/c/:customer/plans/:plan/name', form(showCheck), name)
  app.post('/c/:customer/plans/:plan/discard', draft, discard)
  // Not only drafts: a plan that was submitted answers its request number again.
  app.post(
    '/c/:customer/plans/:plan/submission',
    { config: { ...licensing, redisplay: showCheck } },
    submission,
  )

  app.get('/c/:customer/plans/:plan/entitlement', configure, chooseEntitlement)
  app.get('/c/:customer/plans/:plan/entitlement/:entitlement/host', configure, chooseHost)
  app.get('/c/:customer/plans/:plan/entitlement/:entitlement/new-host', configure, showNewHost)
  app.post(
    '/c/:customer/plans/:plan/entitlement/:entitlement/new-host',
    form(showNewHost, ofConfigure),
    addHost,
  )
  app.get('/c/:customer/plans/:plan/entitlement/:entitlement/host/:host', configure, showQuantity)
  app.post(
    '/c/:customer/plans/:plan/entitlement/:entitlement/host/:host',
    form(showQuantity, ofConfigure),
    setQuantity,
  )
  app.get(
    '/c/:customer/plans/:plan/hosts/:host',
    { config: licensing, preHandler: ofNewHosts },
    showChangedHost,
  )
  app.post('/c/:customer/plans/:plan/hosts/:host', form(showChangedHost, ofNewHosts), changeHost)

  moveRoutes(app)
  replaceRoutes(app)
  returnRoutes(app)
  temporaryRoutes(app)
  bulkRoutes(app)
  keepRoutes(app)
}
