import type { z } from 'zod'
import { principalOf } from '../../shared/auth/middleware.ts'
import { requirePlatformAdmin } from '../../shared/auth/platform-admin.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import { bootstrapAdmin } from '../../shared/auth/verify.ts'
import type { changeUser } from '../../shared/contract/auth.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import { noteSubject } from '../../shared/http/audit-subject.ts'
import { decodeCursor, encodeCursor } from '../../shared/table/cursor.ts'
import { lists } from '../../shared/table/keys.ts'
import { passwordChange } from '../../shared/table/passwords.ts'
import { ConditionFailed, type TransactAction } from '../../shared/table/table.ts'
import { adminStands, listUsers, userChange } from '../../shared/table/user-change.ts'
import { readIdentity, type UserItem } from '../../shared/table/users.ts'
import type { AuthApp, AuthParts } from './parts.ts'
import { toUser } from './user-answer.ts'
import { refuseWeakPassword } from './weak-password.ts'

/** For platform admins. */
export function addUserRoutes(app: AuthApp, parts: AuthParts) {
  const { table } = parts

  app.openapi(routes.listUsers, async (context) => {
    requirePlatformAdmin(principalOf(context))
    const { limit, cursor } = context.req.valid('query')
    const page = await listUsers(table, { limit, startKey: decodeCursor(cursor, { listPk: lists.users }) })
    return context.json({ items: page.items.map(toUser), cursor: encodeCursor(page.nextKey) }, 200)
  })

  app.openapi(routes.changeUser, async (context) => {
    const principal = principalOf(context)
    requirePlatformAdmin(principal)
    const { id } = context.req.valid('param')
    if (id === principal.userId) throw errors.ownAccount()
    const user = (await readIdentity(table, id))?.user
    if (user === undefined) throw errors.userNotFound(id)
    // A refusal is logged with the user's name at the time, too.
    noteSubject(context, { owner: user.username })
    return context.json(toUser(await change(parts, { principal, user, wanted: context.req.valid('json') })), 200)
  })
}

interface Change {
  principal: Principal
  user: UserItem
  wanted: z.output<typeof changeUser>
}

async function change(parts: AuthParts, { principal, user, wanted }: Change): Promise<UserItem> {
  const { table, now } = parts
  const { id } = user
  const { role, disabled, newPassword } = wanted
  const hash = newPassword === undefined ? undefined : await hashNew(parts, user, newPassword)
  const at = now()
  const actions: TransactAction[] = [userChange({ id, role, disabled, endsSessions: hash !== undefined, now: at })]
  // If two admins demote each other at once, one stays.
  if (principal.keyId !== bootstrapAdmin.keyId) actions.push(adminStands(principal.userId))
  if (hash !== undefined) actions.push(passwordChange({ userId: id, hash, now: at }))
  try {
    await table.transact(actions)
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    throw error.failed[0] === true ? errors.userNotFound(id) : errors.adminOnly()
  }
  return (await readIdentity(table, id))?.user ?? user
}

async function hashNew({ passwords }: AuthParts, { username, email }: UserItem, newPassword: string): Promise<string> {
  refuseWeakPassword(newPassword, { username, email, param: 'newPassword' })
  return passwords.hash(newPassword)
}
