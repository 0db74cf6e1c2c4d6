import type { z } from 'zod'
import { accessOwner } from '../../shared/auth/access-owner.ts'
import { roleIn } from '../../shared/auth/authorize.ts'
import { principalOf } from '../../shared/auth/middleware.ts'
import { requireAccount } from '../../shared/auth/platform-admin.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import { seesAll } from '../../shared/auth/visible-repos.ts'
import type { owner as ownerAnswer } from '../../shared/contract/owner.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import { parseNewOwnerName } from '../../shared/model/owner-name.ts'
import { decodeCursor, encodeCursor } from '../../shared/table/cursor.ts'
import { keys } from '../../shared/table/keys.ts'
import { createOrganisation, listMemberships } from '../../shared/table/members.ts'
import { deleteOrganisation } from '../../shared/table/organisation-deletion.ts'
import { pageOfOwners } from '../../shared/table/owner-list.ts'
import type { OwnerItem } from '../../shared/table/owners.ts'
import { ConditionFailed, type Table } from '../../shared/table/table.ts'
import { actingUser } from './acting-user.ts'
import type { AuthApp, AuthParts } from './parts.ts'

export function addOwnerRoutes(app: AuthApp, parts: AuthParts) {
  const { table, now } = parts

  app.openapi(routes.createOwner, async (context) => {
    requireAccount(principalOf(context))
    const { userId, username } = await actingUser(parts, principalOf(context))
    const { name, kind } = context.req.valid('json')
    parseNewOwnerName(name)
    const createdAt = now().toISOString()
    const owner: OwnerItem = { name, kind, createdAt, createdBy: userId, admins: 1 }
    try {
      const first = { owner: name, userId, username, role: 'admin' as const, addedAt: createdAt }
      await createOrganisation(table, { owner, first })
    } catch (error) {
      if (error instanceof ConditionFailed) throw errors.nameTaken(name, 'name')
      throw error
    }
    return context.json({ name, kind, role: 'admin' as const, createdAt }, 201)
  })

  app.openapi(routes.listOwners, async (context) => {
    const principal = principalOf(context)
    requireAccount(principal)
    const { userId, username } = principal
    const { limit, cursor } = context.req.valid('query')
    if (seesAll(principal)) return context.json(await everyOwner(table, { own: username, limit, cursor }), 200)
    const startKey = decodeCursor(cursor, { pk: keys.user(userId).pk })
    // The personal namespace comes first, and counts towards the first page.
    const first = { name: username, kind: 'user' as const, role: 'admin' as const }
    const before = cursor === undefined ? [first] : []
    const room = limit - before.length
    const page =
      room === 0
        ? { items: [], nextKey: { ...keys.membership(userId, '') } }
        : await listMemberships(table, { userId, limit: room, startKey })
    const organisations = page.items.map(({ name, role }) => ({ name, kind: 'organisation' as const, role }))
    const items = [...before, ...organisations]
    return context.json({ items, cursor: encodeCursor(page.nextKey) }, 200)
  })

  app.openapi(routes.getOwner, async (context) => {
    const { owner: name } = context.req.valid('param')
    const principal = principalOf(context)
    const owner = await accessOwner(table, { principal, name, access: 'read' })
    return context.json(toOwner(owner, principal), 200)
  })

  app.openapi(routes.deleteOwner, async (context) => {
    const { owner: name } = context.req.valid('param')
    const principal = principalOf(context)
    const owner = await accessOwner(table, { principal, name, access: 'admin', withDeleted: true })
    if (owner.kind === 'user') throw errors.notAnOrganisation(owner.name)
    if (!(await deleteOrganisation(table, { owner, now: now() }))) throw errors.organisationNotEmpty(owner.name)
    return context.body(null, 204)
  })
}

/** A platform admin is a member of every namespace. */
async function everyOwner(table: Table, request: { own: string; limit: number; cursor?: string | undefined }) {
  const { items, cursor } = await pageOfOwners(table, request)
  return { items: items.map(({ name, kind }) => ({ name, kind, role: 'admin' as const })), cursor }
}

const toOwner = ({ name, kind, createdAt }: OwnerItem, principal: Principal): z.infer<typeof ownerAnswer> => ({
  name,
  kind,
  role: roleIn(principal, name) ?? 'read',
  createdAt,
})
