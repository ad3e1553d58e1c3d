import { readdirSync, readFileSync } from 'node:fs'
import { IntlMessageFormat } from 'intl-messageformat'

export const locales = ['en', 'fr'] as const
export type Locale = (typeof locales)[number]
export const localeNames: Record<Locale, string> = { en: 'English', fr: 'Français' }

export type Translate = (key: string, params?: Record<string, unknown>) => string

const folder = new URL('../words/', import.meta.url)
const catalogues = Object.fromEntries(locales.map((locale) => [locale, readCatalogue(locale)])) as Record<
  Locale,
  Map<string, string | IntlMessageFormat>
>
const translators = Object.fromEntries(locales.map((locale) => [locale, makeTranslator(locale)])) as Record<
  Locale,
  Translate
>

/** Words of a language: `t('requests.title')`; values fill ICU placeholders. An unknown key throws: a fault of ours. */
export function translator(locale: Locale): Translate {
  return translators[locale]
}

export function isLocale(text: unknown): text is Locale {
  return (locales as readonly unknown[]).includes(text)
}

/** The first language of an Accept-Language header that we have, by the reader's weights; English without one. */
export function preferredLocale(header: string | undefined): Locale {
  const wanted = (header ?? '')
    .split(',')
    .map((part, index) => {
      const [tag = '', ...rest] = part.trim().toLowerCase().split(';')
      const weight = rest.map((r) => /^\s*q=([\d.]+)\s*$/.exec(r)?.[1]).find(Boolean)
      return { language: tag.split('-')[0], weight: weight === undefined ? 1 : Number(weight), index }
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.index - b.index)
  return wanted.map(({ language }) => language).find(isLocale) ?? 'en'
}

function readCatalogue(locale: Locale): Map<string, string | IntlMessageFormat> {
  const words = new Map<string, string | IntlMessageFormat>()
  for (const file of readdirSync(new URL(`${locale}/`, folder)).filter((name) => name.endsWith('.json'))) {
    const entries: Record<string, string> = JSON.parse(
      readFileSync(new URL(`${locale}/${file}`, folder), 'utf8'),
    )
    for (const [key, text] of Object.entries(entries)) {
      if (words.has(key))
        throw new Error(`The words "${key}" stand twice in the catalogue (${locale}/${file})`)
      words.set(key, text)
    }
  }
  return words
}

function makeTranslator(locale: Locale): Translate {
  const words = catalogues[locale]
  return (key, params) => {
    let message = words.get(key)
    if (message === undefined) throw new Error(`No words for "${key}" in ${locale}`)
    if (typeof message === 'string') {
      if (!message.includes('{')) return message
      message = new IntlMessageFormat(message, locale, undefined, { ignoreTag: true })
      words.set(key, message)
    }
    return String(message.format(params as Record<string, string>))
  }
}
