import { parseHTML } from 'linkedom'
import type { App } from '../../src/app.ts'

type Fields = Record<string, string | string[]>

/** What came back, with its page parsed. */
export class Answer {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly body: string
  readonly url: string
  #document: Document | undefined

  constructor(url: string, status: number, headers: Record<string, unknown>, body: string) {
    this.url = url
    this.status = status
    this.headers = headers
    this.body = body
  }

  get location(): string {
    return String(this.headers.location ?? '')
  }

  get document(): Document {
    this.#document ??= parseHTML(this.body).document as unknown as Document
    return this.#document
  }

  /** All text of main, blanks folded. */
  get text(): string {
    return fold((this.document.querySelector('main') ?? this.document.body)?.textContent ?? '')
  }

  get title(): string {
    return fold(this.document.title)
  }

  get heading(): string {
    return fold(this.document.querySelector('h1')?.textContent ?? '')
  }

  all(selector: string): Element[] {
    return [...this.document.querySelectorAll(selector)]
  }

  one(selector: string): Element {
    const element = this.document.querySelector(selector)
    if (!element) throw new Error(`No ${selector} on ${this.url}: ${this.text.slice(0, 300)}`)
    return element
  }

  /** Address of the link with that text. */
  link(text: string): string {
    const link = this.all('a').find((a) => fold(a.textContent ?? '').includes(text))
    if (!link) throw new Error(`No link "${text}" on ${this.url}`)
    return link.getAttribute('href') ?? ''
  }
}

function fold(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** A browser with scripts off: keeps cookies, follows no redirect unless asked, fills in and sends the forms of a page. */
export class Visitor {
  readonly #app: App
  readonly cookies = new Map<string, string>()
  headers: Record<string, string> = {}

  constructor(app: App) {
    this.#app = app
  }

  async get(url: string): Promise<Answer> {
    return this.#send('GET', url)
  }

  /** GET, and on along 3xx answers. */
  async open(url: string): Promise<Answer> {
    return this.#follow(await this.get(url))
  }

  async post(url: string, fields: Fields, headers: Record<string, string> = {}): Promise<Answer> {
    const body = new URLSearchParams()
    for (const [name, value] of Object.entries(fields)) {
      for (const one of Array.isArray(value) ? value : [value]) body.append(name, one)
    }
    return this.#send('POST', url, body.toString(), headers)
  }

  /** Sends the form of the page with that action (its first in main else), as a person who changes those fields would. */
  async submit(page: Answer, fields: Fields, action?: string): Promise<Answer> {
    const { url, values } = formOf(page, action)
    return this.post(url, { ...values, ...fields })
  }

  /** submit of a form that takes a file. */
  async upload(page: Answer, file: { field: string; bytes: Buffer }, action?: string): Promise<Answer> {
    const { url, values } = formOf(page, action)
    const parts = Object.entries(values).flatMap(([name, value]) =>
      [value]
        .flat()
        .map((one) =>
          Buffer.from(`--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${one}\r\n`),
        ),
    )
    const head = `--edge\r\nContent-Disposition: form-data; name="${file.field}"; filename="file"\r\n`
    const body = Buffer.concat([
      ...parts,
      Buffer.from(`${head}Content-Type: application/octet-stream\r\n\r\n`),
      file.bytes,
      Buffer.from('\r\n--edge--\r\n'),
    ])
    return this.#send('POST', url, body, { 'content-type': 'multipart/form-data; boundary=edge' })
  }

  /** submit, and on along 3xx answers. */
  async submitAndFollow(page: Answer, fields: Fields, action?: string): Promise<Answer> {
    return this.#follow(await this.submit(page, fields, action))
  }

  /** Through the form; `code` gives what the authenticator app shows, where it is asked for. */
  async signIn(email: string, password: string, code?: () => Promise<string>): Promise<Answer> {
    const page = await this.get('/sign-in')
    const first = await this.submit(page, { email, password }, '/sign-in')
    const asks = first.location === '/sign-in/second-factor' && code
    const answer = asks ? await this.submit(await this.get(first.location), { code: await code() }) : first
    if (answer.status !== 303)
      throw new Error(`Sign-in of ${email} answered ${answer.status}: ${answer.text}`)
    return answer
  }

  async #follow(first: Answer): Promise<Answer> {
    let answer = first
    for (let hops = 0; answer.status >= 300 && answer.status < 400; hops++) {
      if (hops === 5) throw new Error(`More than five redirects from ${first.url}`)
      answer = await this.get(answer.location)
    }
    return answer
  }

  async #send(method: 'GET' | 'POST', url: string, payload?: string | Buffer, headers = {}): Promise<Answer> {
    const response = await this.#app.inject({
      method,
      url,
      ...(payload === undefined ? {} : { payload }),
      headers: {
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(payload === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...this.headers,
        ...headers,
      },
    })
    for (const cookie of response.cookies as {
      name: string
      value: string
      maxAge?: number
      expires?: Date
    }[]) {
      const gone = cookie.value === '' || (cookie.expires && cookie.expires.getTime() <= Date.now())
      if (gone) this.cookies.delete(cookie.name)
      else this.cookies.set(cookie.name, encodeURIComponent(cookie.value))
    }
    return new Answer(url, response.statusCode, response.headers, response.body)
  }
}

/** Where a form of the page goes and what it would send untouched. */
export function formOf(page: Answer, action?: string): { url: string; values: Fields } {
  const forms = page.all(action ? 'form[method=post]' : 'main form[method=post]')
  const form = action
    ? forms.find((f) => (f.getAttribute('action') ?? '').split('?')[0] === action)
    : forms[0]
  if (!form) throw new Error(`No form ${action ?? ''} on ${page.url}: ${page.text.slice(0, 300)}`)
  const values: Fields = {}
  for (const input of form.querySelectorAll('input, select, textarea')) addValue(values, input)
  return { url: form.getAttribute('action') || page.url, values }
}

function addValue(values: Fields, input: Element): void {
  const name = input.getAttribute('name')
  const type = input.getAttribute('type') ?? ''
  if (!name || input.hasAttribute('disabled') || ['submit', 'button', 'file'].includes(type)) return
  if (['checkbox', 'radio'].includes(type) && !input.hasAttribute('checked')) return
  const value = fieldValue(input)
  const before = values[name]
  values[name] = before === undefined || type === 'radio' ? value : [before, value].flat()
}

function fieldValue(input: Element): string {
  if (input.tagName === 'TEXTAREA') return input.textContent ?? ''
  if (input.tagName !== 'SELECT') return input.getAttribute('value') ?? ''
  const chosen = input.querySelector('option[selected]') ?? input.querySelector('option')
  return chosen?.getAttribute('value') ?? chosen?.textContent ?? ''
}
