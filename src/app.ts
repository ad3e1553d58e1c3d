import { randomBytes } from 'node:crypto'
import { parse } from 'node:querystring'
import { fileURLToPath } from 'node:url'
import fastifyCompress from '@fastify/compress'
import fastifyCookie from '@fastify/cookie'
import fastifyFormbody from '@fastify/formbody'
import fastifyMultipart from '@fastify/multipart'
import fastifyStatic from '@fastify/static'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyServerOptions,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import type { Customer, Person } from './accounts/access.ts'
import { accountRoutes } from './accounts/routes.ts'
import { sessionRoutes } from './accounts/session-routes.ts'
import { companyUpgradeRoutes } from './accounts/upgrade/company-routes.ts'
import { upgradeRoutes } from './accounts/upgrade/routes.ts'
import { activityRoutes } from './activity/routes.ts'
import { type Config, keyFor } from './config.ts'
import { addressRoutes } from './customers/address-routes.ts'
import { switchRoutes } from './customers/routes.ts'
import type { Database } from './db.ts'
import { askSupervisorRoutes } from './desk/ask-routes.ts'
import { deskRequestRoutes } from './desk/request-routes.ts'
import { deskRoutes } from './desk/routes.ts'
import { TooLarge } from './errors.ts'
import { clinicRoutes } from './hosts/clinic/routes.ts'
import { hostRoutes } from './hosts/routes.ts'
import { licenseFileRoutes } from './license-files/routes.ts'
import { licenseRoutes } from './licenses/routes.ts'
import { mailRoutes } from './mail/routes.ts'
import { notificationRoutes } from './notifications/routes.ts'
import { overviewRoutes } from './overview/routes.ts'
import type { PackKey } from './packs/keys.ts'
import { retrievalRoutes } from './packs/retrieval-routes.ts'
import { packRoutes } from './packs/routes.ts'
import { planRequestRoutes } from './plans/request-routes.ts'
import { planRoutes } from './plans/routes.ts'
import { peopleRoutes } from './privileges/routes.ts'
import { type Publisher, publisherSettings } from './publisher.ts'
import { reportRoutes } from './reports/routes.ts'
import { requestRoutes } from './requests/routes.ts'
import { searchRoutes } from './search/routes.ts'
import { askForMailRoutes } from './sign-in/ask-for-mail.ts'
import { registerRoutes } from './sign-in/register.ts'
import { signInRoutes } from './sign-in/routes.ts'
import { supportRoutes } from './support/routes.ts'
import { type Redisplay, registerFailures } from './web/failures.ts'
import { registerFlash, type Tone } from './web/flash.ts'
import { registerForgery } from './web/forgery.ts'
import type { Format } from './web/format.ts'
import { type AccessRule, registerGuard } from './web/guard.ts'
import { registerHeaders } from './web/headers.ts'
import { healthRoutes } from './web/health.ts'
import type { Locale, Translate } from './web/i18n.ts'
import type { LedTo } from './web/kept-forms.ts'
import { languageRoutes } from './web/language.ts'
import { registerSession, type SessionKey } from './web/session.ts'
import type { Access } from './web/session-store.ts'
import { registerViews } from './web/views.ts'
import { registerWhereabouts } from './web/whereabouts.ts'

export interface Parts {
  config: Config
  database: Database
  packKeys: PackKey[]
  logger?: FastifyServerOptions['logger']
  /** What is still being loaded: all pages but the first, which signs in, wait for it. */
  until?: Promise<unknown>
}

/** Characters between two slashes of an address. */
const longestPart = 200

/** More than the largest of our forms has: reading two megabytes of names without values takes half a second. */
const mostFields = 10_000

/** The fields of a form; one with more than we ask for is refused, not read in part. */
function readForm(form: string) {
  let fields = 1
  for (let at = form.indexOf('&'); at >= 0; at = form.indexOf('&', at + 1)) fields++
  if (fields > mostFields) throw new TooLarge()
  return parse(form, '&', '=', { maxKeys: 0 })
}

/** The whole application, ready to listen or to inject requests into. */
export async function buildApp({
  config,
  database,
  packKeys,
  logger = false,
  until = Promise.resolve(),
}: Parts): Promise<App> {
  const app: App = Fastify({
    logger,
    trustProxy: config.trustProxy,
    genReqId: () => randomBytes(6).toString('hex'),
    bodyLimit: 2 * 1024 * 1024,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: longestPart },
    // What the router refuses has no page of ours: it is an address that is not there.
    rewriteUrl: ({ url = '/' }) => (isAddress(url) ? url : '/malformed-address'),
    http: { headersTimeout: 5_000, connectionsCheckingInterval: 5_000 },
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.server.maxConnections = 2000
  const settings = await publisherSettings(database)
  app.decorate('config', config)
  app.decorate('database', database)
  app.decorate('packKeys', packKeys)
  app.decorate('publisher', settings.current)
  app.decorate('refreshPublisher', settings.refresh)
  app.decorate('today', settings.today)
  app.decorate('routeTable', [])
  for (const name of ['person', 'customer', 'access', 'visitor', 'ledTo'] as const) app.decorateRequest(name)

  registerHeaders(app)
  await app.register(fastifyCookie, { secret: keyFor(config, 'cookie') })
  await app.register(fastifyCompress, { threshold: 1024, globalDecompression: false })
  await app.register(async (app: App) => healthRoutes(app))
  await app.register(async (app: App) => publicFiles(app), { prefix: '/public' })

  await app.register(async (app: App) => {
    letWait(app, until)
    await app.register(fastifyFormbody, { parser: readForm })
    await app.register(fastifyMultipart, {
      attachFieldsToBody: 'keyValues',
      // Read into memory before anything is asked: a file or a text of a megabyte, and few others.
      limits: { fileSize: 1024 * 1024 + 1, files: 1, fieldSize: 1024 * 1024, fields: 9, parts: 10 },
    })
    registerWhereabouts(app)
    await registerSession(app)
    await registerViews(app)
    registerFlash(app)
    registerGuard(app)
    registerForgery(app)
    registerFailures(app)

    languageRoutes(app)
    signInRoutes(app)
    askForMailRoutes(app)
    registerRoutes(app)
    accountRoutes(app)
    upgradeRoutes(app)
    sessionRoutes(app)
    notificationRoutes(app)
    mailRoutes(app)
    switchRoutes(app)
    overviewRoutes(app)
    licenseRoutes(app)
    hostRoutes(app)
    addressRoutes(app)
    searchRoutes(app)
    clinicRoutes(app)
    licenseFileRoutes(app)
    planRoutes(app)
    planRequestRoutes(app)
    requestRoutes(app)
    retrievalRoutes(app)
    reportRoutes(app)
    peopleRoutes(app)
    companyUpgradeRoutes(app)
    askSupervisorRoutes(app)
    deskRoutes(app)
    deskRequestRoutes(app)
    activityRoutes(app)
    packRoutes(app)
    supportRoutes(app)
  })
  return app
}

function letWait(app: App, until: Promise<unknown>): void {
  let isOver = false
  const over = until.then(
    () => (isOver = true),
    () => (isOver = true),
  )
  app.addHook('onRequest', async ({ method, url }) => {
    const isFirst = method === 'GET' && url.split('?')[0] === '/sign-in'
    if (!isOver && !isFirst) await over
  })
}

/** Styles, scripts and pictures; what is not among them is said in plain text. */
async function publicFiles(app: App): Promise<void> {
  const said: Record<number, string> = {
    404: 'Not found.',
    416: 'There is no such part.',
    500: 'It failed here.',
  }
  const refuse = (reply: FastifyReply, status: number) =>
    reply.code(status).type('text/plain; charset=utf-8').send(`${said[status]}\n`)
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404))
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const isRefused = (error.statusCode ?? 500) < 500
    if (!isRefused) request.log.error({ err: error }, 'failed')
    return refuse(reply, isRefused ? (error.statusCode === 416 ? 416 : 404) : 500)
  })
  await app.register(fastifyStatic, {
    root: fileURLToPath(new URL('../public', import.meta.url)),
    decorateReply: false,
    maxAge: '1h',
  })
}

function isAddress(url: string): boolean {
  const parts = url.split('?')[0]!.split('/')
  try {
    return parts.every((part) => decodeURIComponent(part).length <= longestPart)
  } catch {
    return false
  }
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

declare module 'fastify' {
  interface FastifyInstance {
    config: Config
    database: Database
    packKeys: PackKey[]
    /** The publisher's name, time zone and policies. */
    publisher(): Publisher
    refreshPublisher(): Promise<void>
    /** Today in the publisher's zone, 'YYYY-MM-DD'. */
    today(): string
    /** Every route of the pages and who may use it; the tests walk it. */
    routeTable: { method: string; url: string; access: AccessRule }[]
  }
  interface FastifyRequest {
    /** Who is signed in; null for a visitor. */
    person: Person | null
    /** The company in the address, where the route's access says associated or a privilege. */
    customer: Customer
    access: Access | null
    visitor: string | undefined
    signingIn: SessionKey | null
    /** Where a POST is led to before it may act; its form is kept (web/kept-forms.ts). */
    ledTo: LedTo | undefined
    pendingFlash: string | undefined
    locale: Locale
    t: Translate
    format: Format
    flash(key: string, params?: Record<string, unknown>, tone?: Tone): void
  }
  interface FastifyReply {
    page(view: string, data?: Record<string, unknown>): FastifyReply
    render(view: string, data: Record<string, unknown>): FastifyReply
    /** To the sign-in page, coming back to this address after; 401 with a redirect for htmx. */
    toSignIn(): FastifyReply
    /** To another page of ours before what was asked for; 401 with a redirect for htmx. */
    leadTo(location: string): FastifyReply
    formToken(): string
    takeFlash(): { text: string; tone: Tone } | null
  }
  interface FastifyContextConfig {
    access?: AccessRule
    /** Asks for the password (and second factor) again when they were last given long ago. */
    fresh?: boolean
    /** Open also to who is required to set up a second factor and has not yet. */
    beforeSecondFactor?: boolean
    redisplay?: Redisplay
    /** Acts by a token in its own address, whoever sends it: asks for no form's token (quality.md 11). */
    ownToken?: true
    /** A form that signs in: good also where this browser has got a session, or lost one, since it was shown. */
    ofVisitors?: true
  }
}
