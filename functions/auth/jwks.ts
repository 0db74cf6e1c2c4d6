import { accessTokens } from '../../shared/auth/access-token.ts'
import { routes } from '../../shared/contract/routes.ts'
import { listVerifyingKeys } from '../../shared/table/verifying-keys.ts'
import type { AuthApp, AuthParts } from './parts.ts'

/** The keys that verify access tokens. A copy may be cached for less time than keys are published ahead. */
export function addJwksRoute(app: AuthApp, { table, now }: AuthParts) {
  app.openapi(routes.jwks, async (context) => {
    const items = await listVerifyingKeys(table, now())
    const keys = items.map(({ kid, publicJwk }) => ({
      ...publicJwk,
      kid,
      alg: accessTokens.algorithm,
      use: 'sig' as const,
    }))
    context.header('cache-control', 'public, max-age=300')
    return context.json({ keys }, 200)
  })
}
