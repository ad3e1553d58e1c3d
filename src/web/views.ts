import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import fastifyView from '@fastify/view'
import { Eta } from 'eta'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sayDeleted } from '../accounts/deleted.ts'
import type { App } from '../app.ts'
import { formatFor } from './format.ts'
import type { Problem } from './forms.ts'
import {
  isLocale,
  type Locale,
  localeNames,
  locales,
  preferredLocale,
  type Translate,
  translator,
} from './i18n.ts'
import { sectionsOf } from './sections.ts'

export type PageData = Record<string, unknown> & {
  /** In the reader's words; the layout makes the document's title of it. */
  title?: string
  problems?: Problem[]
  values?: Record<string, unknown>
}

const folder = fileURLToPath(new URL('../../views', import.meta.url))

/** Eta templates in views/; `reply.page(view, data)` renders one in the frame, in the reader's language. */
export async function registerViews(app: App): Promise<void> {
  const eta = new Eta({
    views: folder,
    cache: true,
    autoEscape: true,
    autoFilter: true,
    filterFunction: (value) => (value === undefined || value === null ? '' : String(value)),
  })
  const render = eta.render.bind(eta)
  // A deleted account has no name left: wherever a page would show what stands for it, it says so in words.
  eta.render = (template, data, meta) => {
    const { t } = data as { t?: Translate }
    return t ? sayDeleted(render(template, data, meta), t) : render(template, data, meta)
  }
  await app.register(fastifyView, {
    engine: { eta },
    root: folder,
    viewExt: 'eta',
    propertyName: 'render',
    production: true,
  })
  app.decorateRequest('locale', 'en')
  app.decorateRequest('t')
  app.decorateRequest('format')
  app.addHook('onRequest', async (request) => speak(request))
  app.decorateReply('page', function (this: FastifyReply, view: string, data: PageData = {}) {
    return renderPage(app, this, view, data)
  })
}

export function speak(request: FastifyRequest, locale: Locale = localeOf(request)): void {
  request.locale = locale
  request.t = translator(locale)
  request.format = formatFor(locale, request.person?.timeZone || request.server.publisher().timeZone)
}

/** The account's language, else the one chosen on this browser, else what the browser asks for. */
function localeOf(request: FastifyRequest): Locale {
  const account = request.person?.language
  if (isLocale(account)) return account
  const chosen = request.cookies.guichet_language
  return isLocale(chosen) ? chosen : preferredLocale(request.headers['accept-language'])
}

const localeList = locales.map((code) => ({ code, name: localeNames[code] }))

function renderPage(app: App, reply: FastifyReply, view: string, data: PageData): FastifyReply {
  const { request } = reply
  const { t, format, locale, person, access } = request
  const customer = request.customer
  const notices = noticesOf(request)
  reply.type('text/html; charset=utf-8')
  return reply.render(view, {
    problems: [],
    values: {},
    title: '',
    // A page that a form comes back to may be at another address than its own, which it then gives.
    path: request.url,
    ...data,
    t,
    format,
    locale,
    locales: localeList,
    dir: 'ltr',
    base: customer?.base ?? '',
    customer,
    person,
    associations: access?.associations ?? 0,
    switcher: access?.companies ?? [],
    active: access?.active ?? null,
    primary: access?.primary ?? null,
    notices,
    sections: sectionsOf(request),
    flash: reply.takeFlash(),
    url: addressOf(request, data),
    publisher: app.publisher(),
    token: tokenFor(reply),
    requestId: request.id,
  })
}

/** Where the page is found again, to read it in another language: a form that came back may have been sent elsewhere. */
function addressOf({ method, url, routeOptions, customer, server }: FastifyRequest, data: PageData): string {
  const route = routeOptions.url
  const isPage = method === 'GET' || (route && server.hasRoute({ method: 'GET', url: route }))
  if (isPage) return url
  return typeof data['path'] === 'string' ? data['path'] : (customer?.base ?? '/')
}

/** The form token, and a key that is new each time a form of the page takes one (web/once.ts). */
function tokenFor(reply: FastifyReply): { csrf: string; readonly key: string } {
  return {
    csrf: reply.formToken(),
    get key() {
      return randomUUID()
    },
  }
}

/** R12 where the page's company is not the active one; R11 while the active one is not the primary one. */
function noticesOf({ customer, access, session }: FastifyRequest): string[] {
  const { active, primary } = access ?? {}
  if (!active) return []
  const notices: string[] = []
  if (customer && customer.id !== active.id) notices.push('other-tab')
  if (primary && active.id !== primary.id && !session.stay?.includes(active.id)) notices.push('not-primary')
  return notices
}
