import { routes } from '../../shared/contract/routes.ts'
import { createPlatformApp, type PlatformAppOptions } from '../../shared/http/platform-app.ts'
import { addAccountRoutes } from './account.ts'
import { addInvitationRoutes } from './invitations.ts'
import { addJwksRoute } from './jwks.ts'
import { addKeyRoutes } from './keys.ts'
import { addLoginRoutes } from './login.ts'
import { addMemberRoutes } from './members.ts'
import { addOwnerRoutes } from './owners.ts'
import type { AuthApp, AuthParts, Registration } from './parts.ts'
import { createPasswordHasher } from './password-hash.ts'
import { addRegisterRoute } from './register.ts'
import { createSigner } from './signer.ts'
import { addUserRoutes } from './users.ts'

interface AuthOptions extends PlatformAppOptions {
  /** @default 'closed' */
  registration?: Registration | undefined
  /** @default true: registering first makes nobody an admin */
  hasAdminKey?: boolean
}

/** Accounts, sessions, API keys and organisations: who may come in, and as whom. */
export function createAuthApp({
  table,
  registration = 'closed',
  hasAdminKey = true,
  now = () => new Date(),
  ...platform
}: AuthOptions): AuthApp {
  const app = createPlatformApp({ routes, table, now, ...platform })
  const signer = createSigner({ table, now })
  const parts: AuthParts = { table, passwords: createPasswordHasher(), signer, registration, hasAdminKey, now }
  addRegisterRoute(app, parts)
  addLoginRoutes(app, parts)
  addAccountRoutes(app, parts)
  addUserRoutes(app, parts)
  addInvitationRoutes(app, parts)
  addKeyRoutes(app, parts)
  addOwnerRoutes(app, parts)
  addMemberRoutes(app, parts)
  addJwksRoute(app, parts)
  return app
}
