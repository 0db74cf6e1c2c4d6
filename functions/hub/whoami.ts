import { principalOf } from '../../shared/auth/middleware.ts'
import { hasScope, type Principal } from '../../shared/auth/principal.ts'
import { findApiKeyById } from '../../shared/table/api-keys.ts'
import { findSession } from '../../shared/table/sessions.ts'
import type { Table } from '../../shared/table/table.ts'
import { findIdentity, type Membership } from '../../shared/table/users.ts'
import type { HubApp, HubParts } from './parts.ts'

/** R6: the caller, its organisations, and what its key may do. */
export function addWhoamiRoute(app: HubApp, { table }: Pick<HubParts, 'table'>) {
  app.get('/api/whoami-v2', async (context) => {
    const principal = principalOf(context)
    const { userId, username } = principal
    const [identity, token] = await Promise.all([findIdentity(table, userId), describeToken(table, principal)])
    return context.json({
      type: 'user',
      id: userId,
      name: username,
      fullname: username,
      email: identity?.user.email ?? null,
      // No mail is sent, so no address is ever verified.
      emailVerified: false,
      isPro: false,
      canPay: false,
      periodEnd: null,
      avatarUrl: '',
      orgs: (identity?.memberships ?? []).map(toOrg),
      auth: { type: 'access_token', accessToken: { ...token, role: roleOf(principal) } },
    })
  })
}

async function describeToken(table: Table, { userId, keyId }: Principal) {
  const [key, session] = await Promise.all([
    findApiKeyById(table, { userId, id: keyId }),
    findSession(table, { userId, id: keyId }),
  ])
  const displayName = key?.name ?? (session === undefined ? keyId : 'session')
  return { displayName, createdAt: key?.createdAt ?? session?.createdAt ?? null }
}

const toOrg = ({ owner, name, role }: Membership) => ({
  type: 'org',
  id: owner,
  name,
  fullname: name,
  email: null,
  isEnterprise: false,
  canPay: false,
  periodEnd: null,
  avatarUrl: '',
  roleInOrg: role,
})

/** A key for one owner or repo is neither of the Hub's two plain kinds. */
function roleOf(principal: Principal): 'write' | 'read' | 'fineGrained' {
  if (principal.limit !== undefined) return 'fineGrained'
  if (hasScope(principal, 'write')) return 'write'
  return hasScope(principal, 'read') ? 'read' : 'fineGrained'
}
