import { keys } from './keys.ts'
import type { Table, TransactAction } from './table.ts'

/** A password's hash, in a partition that only the auth function can read. */
interface PasswordItem {
  hash: string
  changedAt: string
}

export const findPassword = (table: Table, userId: string) => table.get<PasswordItem>(keys.password(userId))

/** The write of a new hash; with `before`, only if that one is still stored. */
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

/** The write that ends all sessions of a user, for a change of password. */
export const endSessions = ({ userId, now }: { userId: string; now: Date }): TransactAction => ({
  update: keys.user(userId),
  change: {
    expression: 'SET sessionsValidAfter = :now',
    condition: 'attribute_exists(pk)',
    values: { ':now': now.toISOString() },
  },
})
