import { globSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, test } from 'vitest'
import { messages } from '../src/mail/messages.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const find = (pattern: string) => globSync(pattern, { cwd: root }).sort()

/** Folders of src with routes: the product's nouns. web/ is plumbing. */
const nouns = [...new Set(find('src/*/*routes.ts').map((file) => file.split('/')[1]!))]

describe('one noun names three trees', () => {
  test.each(nouns)('%s has views and tests of the same name', (noun) => {
    expect(find(`views/${noun}/*.eta`)).not.toEqual([])
    expect(find(`test/${noun}{.test.ts,/**/*.test.ts}`)).not.toEqual([])
  })

  test('views have no folder without a noun', () => {
    const frames = ['errors', 'layouts', 'mail', 'shared']
    expect(readdirSync(join(root, 'views')).filter((name) => ![...frames, ...nouns].includes(name))).toEqual(
      [],
    )
  })

  test('app.ts registers every file of routes', () => {
    const app = read('src/app.ts')
    const registeredElsewhere = ['sign-in/password-link-routes']
    const files = find('src/*/*routes.ts').map((file) => file.slice('src/'.length, -'.ts'.length))
    expect(files.filter((f) => !app.includes(`'./${f}.ts'`) && !registeredElsewhere.includes(f))).toEqual([])
  })
})

// npm leaves a platform's package out where it finds none at that moment, and `npm ci` then refuses the lock file.
test('the lock file has the packages of every platform', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const locked = Object.keys(packages)
  const missing = Object.values(packages)
    .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
    .filter((name) => !locked.some((path) => path.endsWith(`node_modules/${name}`)))
  expect(missing).toEqual([])
})

type Catalogue = Map<string, string>

const files = (locale: string) => find(`src/words/${locale}/*.json`).map((file) => basename(file))
const entries = (locale: string, file: string): [string, string][] =>
  Object.entries(JSON.parse(read(`src/words/${locale}/${file}`)))
const catalogue = (locale: string): Catalogue => new Map(files(locale).flatMap((f) => entries(locale, f)))
const languages = { en: catalogue('en'), fr: catalogue('fr') }
const keys = [...languages.en.keys()].sort()

describe('the catalogue', () => {
  test('English and French have the same files and keys', () => {
    expect(files('fr')).toEqual(files('en'))
    for (const file of files('en')) {
      const [en, fr] = ['en', 'fr'].map((locale) => entries(locale, file).map(([key]) => key))
      expect(fr!.sort(), file).toEqual(en!.sort())
    }
  })

  test('a key begins with the name of its file', () => {
    const foreign = files('en').flatMap((file) =>
      entries('en', file).filter(([key]) => !key.startsWith(`${basename(file, '.json')}.`)),
    )
    expect(foreign).toEqual([])
  })

  // Also where one language needs it only to choose a form: whoever asks for the words must give it.
  test('English and French have the same placeholders', () => {
    const differ = keys
      .map((key) => ({ key, en: placeholders(key, 'en').join(), fr: placeholders(key, 'fr').join() }))
      .filter(({ en, fr }) => en !== fr)
    expect(differ).toEqual([])
  })

  test('no text has an apostrophe that ICU would take for a quote, or is empty', () => {
    for (const [locale, words] of Object.entries(languages)) {
      const wrong = [...words].filter(([, text]) => text.includes("'") || text.trim() !== text || !text)
      expect(wrong, locale).toEqual([])
    }
  })

  test('a French sign with a blank before it keeps to its word', () => {
    // `::` begins the skeleton of a number, which takes a plain blank.
    const loose = [...languages.fr].filter(([, text]) => /\S (?!::)[:;?!»]|« /.test(text))
    expect([...languages.fr].filter(([, text]) => /[\u00a0\u202f]::/.test(text))).toEqual([])
    expect(loose).toEqual([])
  })

  test('the desk can say what every message is', () => {
    const unsaid = Object.keys(messages).filter((template) => !languages.en.has(`mail.template.${template}`))
    expect(unsaid).toEqual([])
  })

  test('English spells "license"', () => {
    expect([...languages.en].filter(([, text]) => /licence/i.test(text))).toEqual([])
  })
})

describe('what text browsers make of a page', () => {
  const views = find('views/**/*.eta').map((file) => ({ file, text: read(file) }))

  // lynx, w3m, links and Dillo send the form to its own address, whatever the button says.
  test('no button has an address of its own', () => {
    expect(views.filter(({ text }) => text.includes('formaction')).map(({ file }) => file)).toEqual([])
  })

  // ELinks and w3m find no fragment that is the ID of a main element.
  test('the link past the frame leads to an element of old', () => {
    const page = read('views/layouts/page.eta')
    const target = /class="govuk-skip-link" href="#([^"]+)"/.exec(page)![1]
    expect(page).toContain(`<div id="${target}">`)
  })

  test('each table says what it is', () => {
    const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length
    const silent = views.filter(({ text }) => count(text, /<table/g) > count(text, /<caption|-caption'/g))
    expect(silent.map(({ file }) => file)).toEqual([])
  })

  // They show what is hidden, and lynx shows the value of a button before its words.
  test('no button has a value that says nothing', () => {
    const values = views.flatMap(({ text }) =>
      [...text.matchAll(/<button[^>]* value="([^"]*)/g)].map(([, v]) => v!),
    )
    expect(values.filter((value) => value === '' || /key|after|id\b/i.test(value))).toEqual([])
  })

  test('each field that is hidden only by its attribute has a label', () => {
    for (const { file, text } of views)
      for (const [field] of text.matchAll(/<input(?: [\w-]+(?:="(?:<%.*?%>|[^"])*")?)* hidden>/g)) {
        const id = /id="([^"]+)"/.exec(field)?.[1]
        expect([file, text.includes(`<label for="${id}"`)]).toEqual([file, true])
      }
  })
})

describe('words on screen', () => {
  const sources = [...find('src/**/*.ts'), ...find('views/**/*.eta')].map((file) => ({
    file,
    text: read(file),
  }))
  const topics = [...new Set(keys.map((key) => key.split('.')[0]!))].join('|')

  /** Text literals that read like keys: `requests.title`; a file's name or a query's column is none. */
  const literals = sources.flatMap(({ file, text }) =>
    [...text.matchAll(new RegExp(`(['"\`])((?:${topics})\\.[\\w.-]+)\\1`, 'g'))]
      .map(([, , key]) => ({ file, key: key! }))
      .filter(({ key }) => !/\.(ts|js|eta|csv|json|css|lic|pid)$/.test(key)),
  )
  /** Keys put together: `requests.kind.${kind}` uses every key that begins, and goes on, like it. */
  const composed = sources.flatMap(({ file, text }) =>
    [...text.matchAll(new RegExp(`\`((?:${topics})\\.[^\`]*?\\$\\{[^\`]*)\``, 'g'))].map(([, template]) => ({
      file,
      template: template!,
      pattern: patternOf(template!),
    })),
  )

  const isKey = (key: string) => languages.en.has(key)
  /** `support.privacy` in the sources uses all that is under it, where it is no key itself. */
  const beginnings = literals
    .map(({ key }) => key)
    .filter((key) => !isKey(key))
    .map((key) => (key.endsWith('.') ? key : `${key}.`))

  test('every key that is used is in the catalogue', () => {
    const known = (beginning: string) => keys.some((key) => key.startsWith(beginning))
    expect(literals.filter(({ key }) => !isKey(key) && !known(key.endsWith('.') ? key : `${key}.`))).toEqual(
      [],
    )
    expect(composed.filter(({ pattern }) => !keys.some((key) => pattern.test(key)))).toEqual([])
  })

  test('every key of the catalogue is used', () => {
    const used = new Set(literals.map(({ key }) => key))
    const isUsed = (key: string) =>
      used.has(key) ||
      beginnings.some((beginning) => key.startsWith(beginning)) ||
      composed.some(({ pattern }) => pattern.test(key))
    expect(keys.filter((key) => !isUsed(key))).toEqual([])
  })
})

function patternOf(template: string): RegExp {
  const parts = template.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('[\\w.-]+')}$`)
}

type Ast = ReturnType<IntlMessageFormat['getAst']>

/** Names of what a message takes; for a choice, with its cases: `{kind, select, …}` gives `kind` and `kind=move`. */
function placeholders(key: string, locale: keyof typeof languages): string[] {
  const text = languages[locale].get(key)
  if (text === undefined) return ['(missing)']
  return [
    ...new Set(namesIn(new IntlMessageFormat(text, locale, undefined, { ignoreTag: true }).getAst())),
  ].sort()
}

function namesIn(ast: Ast): string[] {
  const [select, plural] = [5, 6]
  return ast.flatMap((element) => {
    if (element.type === select || element.type === plural) {
      const { value, options } = element as unknown as {
        value: string
        options: Record<string, { value: Ast }>
      }
      const cases = element.type === select ? Object.keys(options).map((name) => `${value}=${name}`) : []
      return [value, ...cases, ...Object.values(options).flatMap((option) => namesIn(option.value))]
    }
    const isText = element.type === 0 || element.type === 7
    return isText ? [] : [(element as { value: string }).value]
  })
}
