import { globSync, readFileSync } from 'node:fs'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { compileStyles, copyHtmx } from '../src/tasks/styles.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const css = read('public/guichet.css')
const views = globSync('views/**/*.eta', { cwd: new URL('..', import.meta.url) }).filter(
  (path) => !path.startsWith('views/mail/'),
)

describe('what is served is what the sources make', () => {
  test('public/guichet.css is compiled from src/styles (npm run styles)', () => {
    expect(css).toBe(compileStyles())
  })

  test('public/htmx.js is the build of the installed package', () => {
    expect(read('public/htmx.js')).toBe(copyHtmx())
  })

  test('the style sheet leaves half of the 14 KB to the page', () => {
    expect(brotliCompressSync(css).length).toBeLessThan(6_000)
    expect(gzipSync(css).length).toBeLessThan(7_000)
  })
})

describe('templates', () => {
  test.each(views)('%s keeps to what the content security policy allows', (path) => {
    const markup = read(path).replace(/<%[\s\S]*?%>/g, '')
    expect(markup).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*src=)/i)
    expect(markup).not.toMatch(/\shx-/)
  })

  test('every class of ours in a template has a style', () => {
    const missing = views.flatMap((path) =>
      [...read(path).matchAll(/class="([^"]*)"/g)]
        .flatMap(([, names = '']) => names.replace(/<%[\s\S]*?%>/g, ' ').split(/\s+/))
        .filter((name) => /^g-[a-z0-9-]*[a-z0-9]$/.test(name) && !css.includes(`.${name}`))
        .map((name) => `${path}: ${name}`),
    )
    expect(missing).toEqual([])
  })
})

// WCAG 2.2: text 4.5, marks and the edges of controls 3. [foreground, background, least ratio]
const pairs: [string, string, number][] = [
  ['govuk-text-colour', 'govuk-body-background-colour', 7],
  ['govuk-text-colour', 'g-tint', 7],
  ['govuk-text-colour', 'g-field', 7],
  ['govuk-secondary-text-colour', 'govuk-body-background-colour', 4.5],
  ['govuk-secondary-text-colour', 'g-field', 4.5],
  ['govuk-link-colour', 'govuk-body-background-colour', 4.5],
  ['govuk-link-colour', 'g-tint', 4.5],
  ['govuk-link-colour', 'g-field', 4.5],
  ['govuk-link-hover-colour', 'g-tint', 4.5],
  ['govuk-link-colour', 'g-warn-back', 4.5],
  ['govuk-link-colour', 'g-bad-back', 4.5],
  ['govuk-error-colour', 'govuk-body-background-colour', 4.5],
  ['govuk-inverse-text-colour', 'govuk-brand-colour', 4.5],
  ['govuk-inverse-text-colour', 'govuk-success-colour', 4.5],
  ['govuk-focus-text-colour', 'govuk-focus-colour', 4.5],
  ['g-button-text', 'g-button', 4.5],
  ['g-button-text', 'g-bar', 4.5],
  ['govuk-brand-colour', 'govuk-body-background-colour', 3],
  ['g-button', 'govuk-body-background-colour', 3],
  ['govuk-input-border-colour', 'govuk-body-background-colour', 3],
  ['govuk-input-border-colour', 'g-field', 3],
  ...['ok', 'warn', 'bad', 'wait'].flatMap((kind): [string, string, number][] => [
    [`g-${kind}`, `g-${kind}-back`, 4.5],
    ['govuk-text-colour', `g-${kind}-back`, 4.5],
  ]),
]

const light = colours(
  css.replace(
    /@media print\{:root\{[^}]*\}\}|@media screen and \(prefers-color-scheme: ?dark\)\{:root\{[^}]*\}\}/g,
    '',
  ),
)
const dark = { ...light, ...colours(/prefers-color-scheme: ?dark\)\{(:root\{[^}]*\})/.exec(css)?.[1] ?? '') }

describe.each([
  ['light', light],
  ['dark', dark],
])('contrast in the %s scheme', (_scheme, colour) => {
  test.each(pairs)('%s on %s is at least %d', (front, back, least) => {
    expect(contrast(colour[front], colour[back])).toBeGreaterThanOrEqual(least)
  })
})

function colours(sheet: string): Record<string, string> {
  const blocks = [...sheet.matchAll(/:root\{([^}]*)\}/g)].map(([, body = '']) => body)
  return Object.fromEntries(
    [...blocks.join(';').matchAll(/--([\w-]+): ?(#[0-9a-f]{3,6})/g)].map(([, name, value]) => [name, value]),
  )
}

function contrast(one = '', other = ''): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

function luminance(hex: string): number {
  const digits = hex.length === 4 ? hex.replace(/[0-9a-f]/g, '$&$&') : hex
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(digits.slice(start, start + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
