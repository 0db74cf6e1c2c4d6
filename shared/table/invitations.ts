import { conditionHeld } from './condition-held.ts'
import { keys, lists } from './keys.ts'
import { absent, type Page, type Table, type TransactAction } from './table.ts'

/** The right to create one account, stored by the hash of its secret. */
export interface InvitationItem {
  sha256: string
  email?: string | undefined
  role: 'admin' | 'member'
  createdAt: string
  createdBy: string
  validUntil: string
  usedAt?: string | undefined
  /** The user it created. */
  usedBy?: string | undefined
}

export const findInvitation = (table: Table, sha256: string) => table.get<InvitationItem>(keys.invitation(sha256))

export async function createInvitation(table: Table, item: InvitationItem): Promise<void> {
  // Kept for a month after it expires, as a record of who used it.
  const expiresAt = Math.ceil(new Date(item.validUntil).getTime() / 1000) + 30 * 86_400
  const entry = { listPk: lists.invitations, listSk: `${item.createdAt}#${item.sha256}` }
  await table.put({ ...keys.invitation(item.sha256), ...item, ...entry, expiresAt }, absent)
}

/** The write that uses up an invitation, which succeeds once. */
export const useInvitation = ({
  sha256,
  userId,
  now,
}: {
  sha256: string
  userId: string
  now: Date
}): TransactAction => ({
  update: keys.invitation(sha256),
  change: {
    expression: 'SET usedAt = :now, usedBy = :userId',
    condition: 'attribute_exists(pk) AND attribute_not_exists(usedAt) AND validUntil > :now',
    values: { ':now': now.toISOString(), ':userId': userId },
  },
})

export const listInvitations = (
  table: Table,
  page: { limit: number; startKey?: Record<string, unknown> | undefined },
): Promise<Page<InvitationItem>> =>
  table.query<InvitationItem>({
    index: 'byList',
    expression: 'listPk = :list',
    values: { ':list': lists.invitations },
    descending: true,
    ...page,
  })

/** `false` where it is missing or already used. */
export async function deleteInvitation(table: Table, sha256: string): Promise<boolean> {
  const unused = 'attribute_exists(pk) AND attribute_not_exists(usedAt)'
  return conditionHeld(() => table.transact([{ delete: keys.invitation(sha256), condition: { expression: unused } }]))
}
