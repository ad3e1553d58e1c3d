import { formatHostId } from '../hosts/host-id.ts'
import type { Translate } from '../web/i18n.ts'
import type { Reason } from './reasons.ts'

/** A reason in words. Params may carry a host ID (`kind`, `value`) or the key of another sentence (`why`). */
export function sayReason(t: Translate, { key, params = {} }: Reason): string {
  const said: Record<string, unknown> = { ...params }
  if (typeof params.kind === 'string') said.id = formatHostId(params.kind, String(params.value))
  if (typeof params.why === 'string') said.why = t(params.why, params)
  if (typeof params.separator === 'string' && params.separator.includes('.'))
    said.separator = t(params.separator)
  return t(key, said)
}
