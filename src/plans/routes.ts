import type { App } from '../app.ts'
import { requires } from '../web/guard.ts'
import { discard, name, removal, showCheck, submission } from './check-page.ts'
import { chooseEntitlement } from './entitlement-page.ts'
import { chooseHost } from './host-page.ts'
import { addHost, changeHost, showChangedHost, showHostIdCheck, showNewHost } from './new-host-page.ts'
import { onlyDrafts } from './open-draft.ts'
import { setQuantity, showQuantity } from './quantity-page.ts'
import { beginPlan, showStart } from './start-page.ts'

/** Configure new licenses: a plan with pool → host lines, one question a page, each at its own address. */
export function planRoutes(app: App): void {
  const licensing = requires('licensing')
  const draft = { config: licensing, preHandler: onlyDrafts }
  const form = (redisplay: typeof showCheck) => ({
    config: { ...licensing, redisplay },
    preHandler: onlyDrafts,
  })

  app.get('/c/:customer/configure', { config: licensing }, showStart)
  app.post('/c/:customer/plans', { config: { ...licensing, redisplay: showStart } }, beginPlan)
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

  app.get('/c/:customer/plans/:plan/entitlement', draft, chooseEntitlement)
  app.get('/c/:customer/plans/:plan/entitlement/:entitlement/host', draft, chooseHost)
  app.get('/c/:customer/plans/:plan/entitlement/:entitlement/new-host', draft, showNewHost)
  app.post('/c/:customer/plans/:plan/entitlement/:entitlement/new-host', form(showNewHost), addHost)
  app.get('/c/:customer/plans/:plan/entitlement/:entitlement/host/:host', draft, showQuantity)
  app.post('/c/:customer/plans/:plan/entitlement/:entitlement/host/:host', form(showQuantity), setQuantity)
  app.get('/c/:customer/plans/:plan/hosts/:host', draft, showChangedHost)
  app.post('/c/:customer/plans/:plan/hosts/:host', form(showChangedHost), changeHost)
}
