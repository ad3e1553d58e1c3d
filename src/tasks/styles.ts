import { readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { compile } from 'sass'

const root = new URL('../../', import.meta.url)
const at = (path: string) => new URL(path, root)

/** Parts of govuk-frontend's components that no page uses: every rule that only speaks of these is left out. */
const unused =
  /(radios|checkboxes)(__divider|__conditional|--small)|govuk-input__|--extra-letter-spacing|(label|legend)--|label-wrapper|banner__(link|heading)|govuk-frontend-supported|error-summary__list|fieldset__heading|spin-button|x:-moz|skip-link-focused|govuk-breakpoint|frontend-version/

/**
 * The compiled style sheet, as kept in public/guichet.css: src/styles/guichet.scss with the parts of
 * govuk-frontend that it names, compressed, plain ASCII. Throws Sass's own error with file and line.
 */
export function compileStyles(): string {
  const { css } = compile(at('src/styles/guichet.scss').pathname, {
    style: 'compressed',
    charset: false,
    loadPaths: [at('node_modules/govuk-frontend/dist').pathname],
  })
  const plain = withoutUnused(css).replace(/var\((--[\w-]+), ?[^()]+\)/g, 'var($1)')
  return `${plain.replace(/[\u0080-\uffff]/g, (sign) => `\\${sign.charCodeAt(0).toString(16)} `)}\n`
}

/** htmx as we serve it: the package's own smallest build, with its name and license kept in front. */
export function copyHtmx(): string {
  const read = (path: string) => readFileSync(at(`node_modules/htmx.org/${path}`), 'utf8')
  const { version } = JSON.parse(read('package.json')) as { version: string }
  const code = read('dist/htmx.min.js').replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '')
  return `/*! htmx ${version}, Zero-Clause BSD */\n${code}\n`
}

function withoutUnused(css: string): string {
  const rule = /([^{}]*)\{([^{}]*)\}/g
  const kept = css.replace(rule, (whole: string, selector: string, body: string) => {
    const wanted = selector.split(',').filter((one) => !unused.test(one))
    const declarations = body
      .split(';')
      .filter((one) => !/font-smoothing|font-family:inherit|^--govuk-(breakpoint|frontend)/.test(one))
    if (selector.startsWith('@') && !selector.startsWith('@media')) return whole
    return wanted.length > 0 && declarations.length > 0
      ? `${wanted.join(',')}{${declarations.join(';')}}`
      : ''
  })
  return kept.replace(/@(media|supports)[^{}]*\{\}/g, '')
}

if (import.meta.main) {
  const css = compileStyles()
  writeFileSync(at('public/guichet.css'), css)
  writeFileSync(at('public/htmx.js'), copyHtmx())
  const sizes = [css.length, gzipSync(css).length, brotliCompressSync(css).length]
  console.log(`public/guichet.css: ${sizes[0]} bytes, ${sizes[1]} as gzip, ${sizes[2]} as brotli`)
}
