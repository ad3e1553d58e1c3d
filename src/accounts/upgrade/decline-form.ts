import { Type } from 'typebox'
import { Invalid } from '../../errors.ts'
import { type DeclineReason, declineReasons } from '../../requests/account/settle.ts'
import { readForm } from '../../web/forms.ts'

const DeclineForm = Type.Object({
  reason: Type.String({ maxLength: 40 }),
  words: Type.String({ maxLength: 4000 }),
})

/** Why something is declined: a reason of the list, and own words where it is none of those. Throws Invalid. */
export function readDecline(body: unknown): { reason: DeclineReason; text: string } {
  const { reason, words } = readForm(body, DeclineForm)
  const known = declineReasons.find((one) => one === reason)
  if (!known) throw new Invalid([{ field: 'reason', key: 'requests.reason.choose' }])
  if (known === 'other' && !words) throw new Invalid([{ field: 'words', key: 'requests.reason.inWords' }])
  return { reason: known, text: words }
}
