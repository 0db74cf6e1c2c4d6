import { principalOf } from '../../shared/auth/middleware.ts'
import { hasScope, type Principal } from '../../shared/auth/principal.ts'
import { hashToken, tokenOf } from '../../shared/auth/token.ts'
import { findApiKey } from '../../shared/table/api-keys.ts'
import type { HubApp, HubParts } from './parts.ts'

/** R6: whose key it is and what it may do. */
export function addWhoamiRoute(app: HubApp, { table }: HubParts) {
  app.get('/api/whoami-v2', async (context) => {
    const principal = principalOf(context)
    const { userId, keyId } = principal
    const key = await findApiKey(table, hashToken(tokenOf(context.req.raw.headers) ?? ''))
    return context.json({
      type: 'user',
      id: userId,
      name: userId,
      fullname: userId,
      email: null,
      emailVerified: false,
      isPro: false,
      canPay: false,
      periodEnd: null,
      avatarUrl: '',
      orgs: [],
      auth: {
        type: 'access_token',
        accessToken: { displayName: key?.name ?? keyId, role: roleOf(principal), createdAt: key?.createdAt ?? null },
      },
    })
  })
}

function roleOf(principal: Principal): 'write' | 'read' | 'fineGrained' {
  if (hasScope(principal, 'write')) return 'write'
  return hasScope(principal, 'read') ? 'read' : 'fineGrained'
}
