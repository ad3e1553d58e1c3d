import type { Translate } from '../web/i18n.ts'
import { type LicenseFilter, shows } from './filter.ts'

/** What the filter's form shows (views/licenses/_filter): options in the reader's words, and what is chosen. */
export function filterFields(filter: LicenseFilter, families: string[], t: Translate) {
  const known =
    filter.family === '' || families.includes(filter.family) ? families : [filter.family, ...families]
  return {
    filter,
    families: [
      { value: '', text: t('licenses.filter.allFamilies') },
      ...known.map((family) => ({ value: family, text: family })),
    ],
    shows: shows.map((show) => ({ value: show, text: t(`licenses.show.${show}`) })),
  }
}

/** The filter in words, for the head of a printed page or a request: "all families", "Forma · “lyo” · expired". */
export function filterInWords({ family, text, show }: LicenseFilter, t: Translate): string {
  const parts = [
    family === '' ? t('licenses.filter.anyFamily') : family,
    text === '' ? '' : t('licenses.filter.quoted', { text }),
    show === 'all' ? '' : t(`licenses.show.${show}`),
  ]
  return parts.filter(Boolean).join(' · ')
}
