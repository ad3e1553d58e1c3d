import { createHmac } from 'node:crypto'
import { type Config, keyFor } from '../config.ts'

/** The 32 bytes behind the tokens of a session's forms. */
export function formTokenOf(config: Pick<Config, 'secret'>, sessionId: string): Buffer {
  return createHmac('sha256', keyFor(config, 'form')).update(`session ${sessionId}`).digest()
}
