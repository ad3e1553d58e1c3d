import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type axe from 'axe-core'
import type { RunOptions } from 'axe-core'
import { HtmlValidate } from 'html-validate'
import type { Page } from 'playwright-core'
import { Answer } from './visitor.ts'

const validator = new HtmlValidate(
  JSON.parse(readFileSync(new URL('../../.htmlvalidate.json', import.meta.url), 'utf8')),
)

/** What html-validate finds wrong: rule, place, words. */
export async function invalidHtml(body: string): Promise<string[]> {
  const { results } = await validator.validateString(body)
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, line, column, message }) => `${ruleId} at ${line}:${column}: ${message}`),
  )
}

/** What the content security policy would refuse, whatever the browser: style and script in the page itself. */
export function inlineParts({ document }: Answer): string[] {
  const wrong = [...document.querySelectorAll('style, [style], script:not([src])')]
  const handlers = [...document.querySelectorAll('*')].filter((element) =>
    element.getAttributeNames().some((name) => /^on|^hx-/i.test(name)),
  )
  return [...wrong, ...handlers].map((element) => element.outerHTML.slice(0, 200))
}

/** Links within the page that lead nowhere, and problems of a form that cannot be told apart out of context. */
export function aimless({ document }: Answer): string[] {
  const leads = [...document.querySelectorAll('a[href^="#"]')].map((link) =>
    link.getAttribute('href')!.slice(1),
  )
  const said = [...document.querySelectorAll('#problems li')].map((one) => one.textContent!.trim())
  return [
    ...leads.filter((id) => !document.getElementById(id)).map((id) => `#${id}`),
    ...said.filter((words, index) => said.indexOf(words) !== index),
  ]
}

/**
 * Shows an answer that came already, at its own address, with the files beside it from `base`. It comes from a server
 * between the two and not by interception, which would have the browser fetch and compile these files for every page.
 */
export async function show(page: Page, base: string, answer: Answer): Promise<void> {
  const door = await opened
  const { pathname, search } = new URL(answer.url, base)
  Object.assign(shown, { base, answer, path: pathname + search })
  await page.goto(`${door}${shown.path}`)
}

const shown: { base: string; answer?: Answer; path: string } = { base: '', path: '' }

const opened = new Promise<string>((resolve) => {
  const server = createServer(async (request, response) => {
    const isIt = request.headers['sec-fetch-dest'] === 'document' && request.url === shown.path
    const { status, headers, body } = isIt ? pageOf(shown.answer!) : await fileOf(request.url!)
    response.writeHead(status, headers).end(body)
  })
  server.unref()
  server.listen(0, '127.0.0.1', () =>
    resolve(`http://127.0.0.1:${(server.address() as { port: number }).port}`),
  )
})

function pageOf({ status, headers, body }: Answer) {
  const kept = Object.entries(headers).filter(
    ([name]) => !['content-length', 'set-cookie', 'connection'].includes(name),
  )
  return {
    status,
    headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
    body,
  }
}

async function fileOf(path: string) {
  if (path === '/axe.js') return axeFile
  const answer = await fetch(shown.base + path, { redirect: 'manual' })
  const kept = ['content-type', 'cache-control', 'location'].flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return {
    status: answer.status,
    headers: Object.fromEntries(kept),
    body: Buffer.from(await answer.arrayBuffer()),
  }
}

const axeOptions: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'],
  // Half the time goes into describing what is in order.
  resultTypes: ['violations'],
  preload: false,
}

// The short form of it: it is read anew for every page.
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const axeFile = {
  status: 200,
  headers: { 'content-type': 'text/javascript', 'cache-control': 'public, max-age=86400' },
  body: axeSource,
}

/** The same page with axe in it, to `show`: as a file beside the page, which the browser compiles once for all. */
export function withAxe({ url, status, headers, body }: Answer): Answer {
  return new Answer(url, status, headers, body.replace('</head>', '<script src="/axe.js"></script></head>'))
}

/** Violations that axe finds, each with the elements it is about, on a page shown `withAxe`. */
export async function axeViolations(page: Page): Promise<string[]> {
  const found = await page.evaluate(async (options) => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, options)
    return violations
  }, axeOptions)
  return found.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes
        .slice(0, 3)
        .map(({ html, failureSummary }) => `${html.slice(0, 200)} (${failureSummary?.replace(/\s+/g, ' ')})`)
        .join(' | ')}`,
  )
}

/** By how much the page is wider than its window, and what sticks out; empty where it fits. */
export function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    const out = [...document.querySelectorAll('body *')].filter(
      (element) =>
        element.getBoundingClientRect().right > clientWidth + 0.5 &&
        !element.closest('.g-scroll, pre, .g-diff'),
    )
    const names = out.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))
    return [`${scrollWidth - clientWidth} px too wide`, ...names]
  })
}

/** WCAG 1.4.12: the spacing that a reader may set for all text. */
export async function spaceText(page: Page): Promise<void> {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(
      '*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}' +
        'p{margin-bottom:2em!important}',
    )
    document.adoptedStyleSheets = [sheet]
  })
}
