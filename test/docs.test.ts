import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { unknownSettings } from '../src/config.ts'
import { demonstrationAccounts, demonstrationPassword } from '../src/demonstration/accounts.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const pages = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: root })].sort()
const install = read('docs/install.md')
const readme = read('README.md')

/** First cells, without their code marks, of the table rows under a heading. */
function firstCells(page: string, heading: string): string[] {
  const section = page.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, cell]) => cell!)
}

describe('docs/install.md', () => {
  test('has every environment variable that is read, and no other', () => {
    const config = read('src/config.ts')
    const names = [...config.matchAll(/\benv\.([A-Z][A-Z_]+)|\(env, '([A-Z_]+)'/g)].map(([, a, b]) => a ?? b!)
    const written = firstCells(install, 'Settings of the environment')
    expect([...new Set(names)].sort()).toEqual([...written].sort())
    expect(unknownSettings(Object.fromEntries(written.map((name) => [name, 'x'])))).toEqual([])
  })

  test('has every command with its options', () => {
    const usages = [...read('src/guichet.ts').matchAll(/usage: '(.+?)(?: {2,}.*)?',$/gm)].map(([, u]) => u!)
    expect(usages.length).toBeGreaterThan(4)
    const written = firstCells(install, 'Commands').join('\n')
    for (const usage of usages) expect(written).toContain(`guichet ${usage.replace(' [create]', '')}`)
  })

  test('has every setting of the publisher, and no other', () => {
    const names = [...read('src/tasks/publisher.ts').matchAll(/^ {2}(\w+): \{ column:/gm)].map(([, n]) => n!)
    expect(firstCells(install, 'Settings of the publisher')).toEqual(names)
  })
})

describe('docs/install.md, when it does not start,', () => {
  const sources = globSync('src/**/*.ts', { cwd: root })
    .map((file) => read(file).replace(/['`] \+\s*['`]/g, ''))
    .join('\n')
  const section = install.slice(install.indexOf('## When it does not start'))
  const cells = [...section.matchAll(/^\| (`.*?`) \|/gm)].map(([, cell]) => cell!)
  const messages = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, message]) => message!))

  test.each(messages)('has a message that is said: %s', (message) => {
    // A name or number of the example stands where the source has a placeholder.
    const parts = message.split(/…|"|\d[\d.]*/).filter((part) => part.trim().length > 2)
    expect(parts.filter((part) => !sources.includes(part.trim()))).toEqual([])
  })
})

describe('README', () => {
  test('has the accounts of the demonstration', () => {
    expect(firstCells(readme, 'Try it').sort()).toEqual(
      demonstrationAccounts.map(({ email }) => email).sort(),
    )
    for (const { email, who } of demonstrationAccounts) {
      expect(readme.replaceAll("'", '’').replace(/ +/g, ' ')).toContain(`| \`${email}\` | ${who.en}`)
    }
    expect(readme).toContain(`\`${demonstrationPassword}\``)
  })

  test('has every npm script, and no other', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    for (const name of Object.keys(scripts).filter((script) => script !== 'postinstall')) {
      expect(readme).toMatch(new RegExp(`npm (run )?${name}\\b`))
    }
    const named = [...readme.matchAll(/`npm run ([\w:]+)`/g)].map(([, name]) => name!)
    expect(named.filter((name) => !scripts[name])).toEqual([])
  })

  test('has every folder of src on its map', () => {
    const map = readme.slice(readme.indexOf('```\nsrc/'))
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((e) => e.isDirectory())
    expect(folders.map(({ name }) => name).filter((name) => !map.includes(`${name}/`))).toEqual([])
  })
})

describe('links', () => {
  const links = pages.flatMap((page) =>
    [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, href]) => href!)
      .filter((href) => !/^[a-z]+:/.test(href))
      .map((href) => ({ page, href })),
  )

  test('lead to files that exist', () => {
    const missing = links.filter(({ page, href }) => {
      const [path] = href.split('#')
      return path && !existsSync(resolve(root, dirname(page), path))
    })
    expect(missing).toEqual([])
  })

  test('lead to headings that exist', () => {
    const missing = links.filter(({ page, href }) => {
      const [path, anchor] = href.split('#')
      if (!anchor) return false
      const target = path ? relative(root, resolve(root, dirname(page), path)) : page
      return !anchors(read(target)).includes(anchor)
    })
    expect(missing).toEqual([])
  })

  test('lead to every page of docs', () => {
    const linked = links.map(({ page, href }) =>
      relative(root, resolve(root, dirname(page), href.split('#')[0]!)),
    )
    expect(pages.filter((page) => page.startsWith('docs/') && !linked.includes(page))).toEqual([])
  })
})

function withoutCode(page: string): string {
  return page.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '')
}

/** Headings as addresses within the page: lower case, signs out, blanks as hyphens. */
function anchors(page: string): string[] {
  return [...withoutCode(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test.each(pages.filter((path) => path.endsWith('.fr.md')))(
  '%s: a French sign with a blank before it keeps to its word',
  (path) => {
    const text = read(path).replace(/```[\s\S]*?```|`[^`]*`/g, '`')
    expect(text.match(/\S+ [:;!?»](?=\s|$)|« /gm)).toBeNull()
    expect(text).not.toContain("'")
  },
)
