import { keys, lists } from './keys.ts'
import type { Page, Table, TransactAction } from './table.ts'
import type { UserItem } from './users.ts'

/** Users by name. The index lags behind changes a little. */
export const listUsers = (
  table: Table,
  page: { limit: number; startKey?: Record<string, unknown> | undefined },
): Promise<Page<UserItem>> =>
  table.query<UserItem>({
    index: 'byList',
    expression: 'listPk = :list',
    values: { ':list': lists.users },
    ...page,
  })

/** The write that changes the given fields of a user. */
export function userChange({ id, role, disabled, endsSessions, now }: UserChange): TransactAction {
  const at = now.toISOString()
  const sets = [
    ...(role === undefined ? [] : ['#role = :role']),
    ...(disabled === true ? ['disabledAt = if_not_exists(disabledAt, :now)'] : []),
    ...(endsSessions || disabled === true ? ['sessionsValidAfter = :now'] : []),
  ]
  const expression = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(disabled === false ? ['REMOVE disabledAt'] : []),
  ]
  const values = {
    ...(role !== undefined && { ':role': role }),
    ...((endsSessions || disabled === true) && { ':now': at }),
  }
  return {
    update: keys.user(id),
    change: {
      expression: expression.join(' '),
      condition: 'attribute_exists(pk)',
      ...(role !== undefined && { names: { '#role': 'role' } }),
      ...(Object.keys(values).length > 0 && { values }),
    },
  }
}

interface UserChange {
  id: string
  role?: UserItem['role'] | undefined
  disabled?: boolean | undefined
  endsSessions: boolean
  now: Date
}

/** A condition for an admin's transaction: the user is still an admin. */
export const adminStands = (id: string): TransactAction => ({
  check: keys.user(id),
  condition: {
    expression: '#role = :admin AND attribute_not_exists(disabledAt)',
    names: { '#role': 'role' },
    values: { ':admin': 'admin' },
  },
})
