import { requireAccess, roleIn } from '../../../shared/auth/authorize.ts'
import { assertScope, principalOf } from '../../../shared/auth/middleware.ts'
import type { Principal } from '../../../shared/auth/principal.ts'
import { errors } from '../../../shared/errors.ts'
import { findOwner } from '../../../shared/table/owners.ts'
import type { Table } from '../../../shared/table/table.ts'
import { findIdentity } from '../../../shared/table/users.ts'
import type { HubApp, HubParts } from '../parts.ts'
import { namespaceName, organisationJson, userJson } from './namespace-json.ts'

/** A user, for themselves and for members of the same organisation, with the organisations that the caller may see. */
export function addUserOverviewRoute(app: HubApp, { table }: HubParts) {
  app.get('/api/users/:name/overview', async (context) => {
    const principal = principalOf(context)
    assertScope(principal, 'read')
    const name = namespaceName(context)
    const hidden = () => errors.ownerNotFound(name)
    const user = await findUser(table, { name, principal })
    const memberships = (user?.memberships ?? []).filter(({ owner }) => roleIn(principal, owner) !== undefined)
    const isFellow = memberships.length > 0 && principal.limit === undefined
    if (!isFellow) requireAccess({ principal, access: 'read', resource: { owner: name }, hidden })
    if (user === undefined) throw hidden()
    const orgs = memberships.map((membership) => organisationJson(membership.name))
    return context.json({ ...userJson(user.name), createdAt: user.createdAt, orgs })
  })
}

/** The installation's own admin has a name before it has a namespace. */
async function findUser(table: Table, { name, principal }: { name: string; principal: Principal }) {
  const isSelf = name.toLowerCase() === principal.username.toLowerCase()
  const owner = await findOwner(table, name)
  const userId = isSelf ? principal.userId : owner?.userId
  const identity = userId === undefined ? undefined : await findIdentity(table, userId)
  if (identity === undefined && !isSelf) return undefined
  return {
    name: isSelf ? principal.username : (owner?.name ?? name),
    createdAt: owner?.createdAt ?? identity?.user.createdAt,
    memberships: identity?.memberships ?? [],
  }
}
