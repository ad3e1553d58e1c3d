import type { Translate } from '../web/i18n.ts'
import type { Progress } from './stage.ts'

type Terminal = { write(text: string): unknown }

/** One line that tells how far a load is, written over and over on a terminal. */
export function showProgress(terminal: Terminal, t: Translate): Progress & { clear(): void } {
  let shownAt = 0
  const line = (text: string) => terminal.write(`\r\u001b[K${text}`)
  const show: Progress = (file, count, share) => {
    if (share >= 1) return line(t('imports.checking', { file }))
    if (Date.now() - shownAt < 100) return
    shownAt = Date.now()
    line(t('imports.progress', { file, count, share }))
  }
  return Object.assign(show, { clear: () => line('') })
}
