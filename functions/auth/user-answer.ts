import type { z } from 'zod'
import type { user } from '../../shared/contract/auth.ts'
import type { UserItem } from '../../shared/table/users.ts'

export const toUser = ({ id, username, email, role, createdAt, disabledAt }: UserItem): z.infer<typeof user> => ({
  id,
  username,
  role,
  createdAt,
  ...(email !== undefined && { email }),
  ...(disabledAt !== undefined && { disabledAt }),
})
