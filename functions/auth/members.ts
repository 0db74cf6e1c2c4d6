import type { z } from 'zod'
import { accessOwner } from '../../shared/auth/access-owner.ts'
import { principalOf } from '../../shared/auth/middleware.ts'
import { requireAccount } from '../../shared/auth/platform-admin.ts'
import type { OwnerRole } from '../../shared/auth/principal.ts'
import type { member as memberAnswer } from '../../shared/contract/owner.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import { decodeCursor, encodeCursor } from '../../shared/table/cursor.ts'
import { keys } from '../../shared/table/keys.ts'
import { findMember, listMembers, putMember, removeMember } from '../../shared/table/members.ts'
import { findOwner, type MemberItem, type OwnerItem } from '../../shared/table/owners.ts'
import { ConditionFailed, type Table } from '../../shared/table/table.ts'
import type { AuthApp, AuthParts } from './parts.ts'

const racesMax = 8

export function addMemberRoutes(app: AuthApp, { table, now }: AuthParts) {
  app.openapi(routes.listMembers, async (context) => {
    const { owner: name } = context.req.valid('param')
    const { limit, cursor } = context.req.valid('query')
    const owner = await accessOwner(table, { principal: principalOf(context), name, access: 'read' })
    const startKey = decodeCursor(cursor, { pk: keys.owner(owner.name).pk })
    const page = await listMembers(table, { owner: owner.name, limit, startKey })
    return context.json({ items: page.items.map(toMember), cursor: encodeCursor(page.nextKey) }, 200)
  })

  app.openapi(routes.setMember, async (context) => {
    const { owner: name, username } = context.req.valid('param')
    const { role } = context.req.valid('json')
    await accessOwner(table, { principal: principalOf(context), name, access: 'admin' })
    const user = await userOf(table, username)
    const member = await settle(table, { name, user }, (owner, before) =>
      setRole({ owner, user, role, before, now: now() }),
    )
    return context.json(toMember(member), 200)
  })

  app.openapi(routes.removeMember, async (context) => {
    const { owner: name, username } = context.req.valid('param')
    const principal = principalOf(context)
    const isLeaving = principal.username.toLowerCase() === username.toLowerCase()
    if (isLeaving) requireAccount(principal)
    await accessOwner(table, { principal, name, access: isLeaving ? 'read' : 'admin' })
    const user = await userOf(table, username)
    await settle(table, { name, user }, async (owner, member) => {
      if (member === undefined) throw errors.memberNotFound(owner.name, username)
      await removeMember(table, { owner, member })
    })
    return context.body(null, 204)
  })

  async function setRole({ owner, user, role, before, now }: SetRole): Promise<MemberItem> {
    const addedAt = before?.addedAt ?? now.toISOString()
    const member: MemberItem = { owner: owner.name, userId: user.userId, username: user.name, role, addedAt }
    await putMember(table, { owner, member, before })
    return member
  }
}

interface SetRole {
  owner: OwnerItem
  user: User
  role: OwnerRole
  before: MemberItem | undefined
  now: Date
}

interface User {
  userId: string
  name: string
}

/** @throws AppError `user_not_found` */
async function userOf(table: Table, username: string): Promise<User> {
  const owner = await findOwner(table, username)
  if (owner?.userId === undefined) throw errors.userNotFound(username)
  return { userId: owner.userId, name: owner.name }
}

/**
 * Changes a membership, and tries again after a concurrent change.
 * @throws AppError `owner_not_found`, `not_an_organisation`, `last_admin`
 */
async function settle<Answer>(
  table: Table,
  { name, user }: { name: string; user: User },
  change: (owner: OwnerItem, before: MemberItem | undefined) => Promise<Answer>,
): Promise<Answer> {
  for (let race = 0; race < racesMax; race++) {
    const [owner, before] = await Promise.all([findOwner(table, name), findMember(table, name, user.userId)])
    if (owner === undefined || owner.deletedAt !== undefined) throw errors.ownerNotFound(name)
    if (owner.kind !== 'organisation') throw errors.notAnOrganisation(owner.name)
    try {
      return await change(owner, before)
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error
      // The first write is the organisation's count of admins, whose condition keeps the last one.
      const counts = error.failed[0] === true && before?.role === 'admin'
      if (counts && ((await findOwner(table, name))?.admins ?? 0) <= 1) throw errors.lastAdmin(owner.name)
    }
  }
  throw errors.conflict(`The members of "${name}" are being changed by others at the same time. Try again.`)
}

const toMember = ({ username, role, addedAt }: MemberItem): z.infer<typeof memberAnswer> => ({
  username,
  role,
  addedAt,
})
