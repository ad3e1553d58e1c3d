import type { Translate } from '../web/i18n.ts'

/** How much there is of each kind of text under a heading; the words are numbered in the catalogue. */
type Part = { name: string; paragraphs?: number; steps?: number; points?: number }
type Article = { parts: readonly Part[] }

/** What Learn explains, in the order of its list. Words: `learn.<topic>.*`. */
export const topics: Record<string, Article> = {
  summary: {
    parts: [
      { name: 'read', paragraphs: 2, points: 4 },
      { name: 'types', points: 3 },
    ],
  },
  configure: {
    parts: [
      { name: 'how', steps: 5 },
      { name: 'refused', paragraphs: 1, points: 4 },
    ],
  },
  move: {
    parts: [
      { name: 'how', steps: 4 },
      { name: 'limits', paragraphs: 2 },
      { name: 'refused', points: 4 },
    ],
  },
  replace: {
    parts: [
      { name: 'how', steps: 4 },
      { name: 'lost', paragraphs: 1 },
      { name: 'along', points: 3 },
    ],
  },
  return: {
    parts: [
      { name: 'how', steps: 3 },
      { name: 'means', points: 4 },
    ],
  },
  temporary: {
    parts: [
      { name: 'how', steps: 4 },
      { name: 'rules', points: 3 },
      { name: 'end', paragraphs: 1 },
    ],
  },
  'bulk-plans': {
    parts: [
      { name: 'how', steps: 5 },
      { name: 'rules', points: 4 },
      { name: 'keep', paragraphs: 2 },
    ],
  },
  'host-ids': {
    parts: [
      { name: 'find', paragraphs: 1, points: 4 },
      { name: 'triad', paragraphs: 1 },
    ],
  },
  'license-files': {
    parts: [
      { name: 'reads', paragraphs: 2 },
      { name: 'rules', points: 6 },
      { name: 'here', paragraphs: 2 },
    ],
  },
  hosts: {
    parts: [
      { name: 'find', paragraphs: 2, points: 3 },
      { name: 'page', points: 4 },
      { name: 'service', paragraphs: 2 },
    ],
  },
  addresses: {
    parts: [
      { name: 'how', steps: 4 },
      { name: 'packs', paragraphs: 2 },
    ],
  },
  'as-of': {
    parts: [
      { name: 'how', paragraphs: 2 },
      { name: 'kept', points: 2 },
    ],
  },
  search: {
    parts: [
      { name: 'what', points: 5 },
      { name: 'sees', paragraphs: 1 },
    ],
  },
  packs: {
    parts: [
      { name: 'how', steps: 4 },
      { name: 'several', points: 4 },
      { name: 'genuine', paragraphs: 3 },
    ],
  },
  report: {
    parts: [
      { name: 'lines', paragraphs: 2 },
      { name: 'file', steps: 3 },
    ],
  },
  requests: {
    parts: [
      { name: 'number', paragraphs: 2 },
      { name: 'who', paragraphs: 1 },
      { name: 'receipt', paragraphs: 1 },
    ],
  },
  privileges: {
    parts: [
      { name: 'three', points: 3 },
      { name: 'open', paragraphs: 2 },
      { name: 'get', paragraphs: 2 },
    ],
  },
}

export const accessibility: Article = {
  parts: [
    { name: 'aim', paragraphs: 2 },
    { name: 'works', points: 6 },
    { name: 'limits', points: 3 },
    { name: 'tell', paragraphs: 1 },
  ],
}

export const privacy: Article = {
  parts: [
    { name: 'kept', points: 5 },
    { name: 'not', points: 3 },
    { name: 'cookies', paragraphs: 1, points: 6 },
    { name: 'long', paragraphs: 2 },
    { name: 'ask', paragraphs: 1 },
  ],
}

/** An article in the reader's words, for views/support/article. `key` begins its words in the catalogue. */
export function articleInWords(
  { parts }: Article,
  key: string,
  t: Translate,
  params: Record<string, unknown>,
) {
  const texts = (name: string, letter: string, count = 0) =>
    Array.from({ length: count }, (_, index) => t(`${key}.${name}.${letter}${index + 1}`, params))
  return {
    title: t(`${key}.title`),
    lead: t(`${key}.lead`, params),
    parts: parts.map(({ name, paragraphs, steps, points }) => ({
      heading: t(`${key}.${name}`),
      paragraphs: texts(name, 'p', paragraphs),
      steps: texts(name, 's', steps),
      points: texts(name, 'b', points),
    })),
  }
}
