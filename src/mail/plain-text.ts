import type { Translate } from '../web/i18n.ts'
import type { Said } from './message.ts'

export type Framed = Said & {
  t: Translate
  greeting: string
  publisher: string
  baseUrl: string
  canAnswer: boolean
  unsubscribe: string | undefined
}

const columns = 76

/** A message as plain text: paragraphs of at most 76 columns, each address whole on a line of its own. */
export function plainText(said: Framed): string {
  const { greeting, paragraphs, lists = [], link, after = [] } = said
  const blocks = [
    greeting,
    ...paragraphs,
    ...lists.map(({ heading, items }) => [...(heading ? [heading] : []), ...items.map(item)].join('\n')),
    ...(link ? [`${link.text}\n${link.href}`] : []),
    ...after,
    foot(said),
  ]
  return `${blocks.map((block) => block.split('\n').map(wrapLine).join('\n')).join('\n\n')}\n`
}

function item({ text, href }: { text: string; href?: string }): string {
  return href ? `- ${text}\n  ${href}` : `- ${text}`
}

// "-- " begins a signature: mail programs show it apart and leave it out of answers.
function foot({ t, publisher, baseUrl, reason, canAnswer, unsubscribe }: Framed): string {
  return [
    `-- \n${t('mail.sign', { publisher })}\n${baseUrl}`,
    canAnswer ? reason : `${reason} ${t('mail.noAnswer')}`,
    ...(unsubscribe
      ? [`${t('mail.unsubscribe')}\n${unsubscribe}`, `${t('mail.choose')}\n${baseUrl}/account/notifications`]
      : []),
  ].join('\n\n')
}

function wrapLine(line: string): string {
  if (line === '-- ') return line
  const indent = line.startsWith('- ') ? '  ' : ''
  const [first = '', ...words] = line.trimEnd().split(/(?<=\S) +/)
  const lines = [first]
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`
    if (longer.length <= columns) lines[lines.length - 1] = longer
    else lines.push(indent + word)
  }
  return lines.join('\n')
}
