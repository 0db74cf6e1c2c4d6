import { keys } from './keys.ts'
import type { Table, TransactAction } from './table.ts'

/** The hash of a user's password, in a partition that only the auth function's role reads. */
interface PasswordItem {
  hash: string
  changedAt: string
}

export const findPassword = (table: Table, userId: string) => table.get<PasswordItem>(keys.password(userId))

/** The write of a new hash; with `before`, only in the place of that one. */
export function passwordChange({ userId, hash, before, now }: PasswordChange): TransactAction {
  const put = { ...keys.password(userId), hash, changedAt: now.toISOString() }
  if (before === undefined) return { put }
  return {
    put,
    condition: { expression: '#hash = :before', names: { '#hash': 'hash' }, values: { ':before': before } },
  }
}

interface PasswordChange {
  userId: string
  hash: string
  before?: string | undefined
  now: Date
}

/** The write that ends every session of a user, together with the password that they were begun with. */
export const endSessions = ({ userId, now }: { userId: string; now: Date }): TransactAction => ({
  update: keys.user(userId),
  change: {
    expression: 'SET sessionsValidAfter = :now',
    condition: 'attribute_exists(pk)',
    values: { ':now': now.toISOString() },
  },
})
