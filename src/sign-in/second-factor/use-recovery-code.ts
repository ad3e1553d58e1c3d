import { recordPersonActivity } from '../../activity/record.ts'
import type { Config } from '../../config.ts'
import type { Db } from '../../db.ts'
import type { Locale } from '../../web/i18n.ts'
import { tellOwner } from '../notice.ts'
import { takeRecoveryCode } from './queries.ts'

type Typed = { personId: string; code: string; locale: Locale }

/**
 * Takes a recovery code, once, and tells the account's owner of it; gives how many are left, or undefined where it is
 * none.
 */
export async function useRecoveryCode(
  tx: Db,
  config: Pick<Config, 'secret'>,
  { personId, code, locale }: Typed,
): Promise<number | undefined> {
  const left = await takeRecoveryCode(tx, config, personId, code)
  if (left === undefined) return undefined
  await recordPersonActivity(tx, { personId, verb: 'account.recovery-code-used', details: { left } })
  await tellOwner(tx, { personId, template: 'recovery-code-used', params: { left }, locale })
  return left
}
