import { principalOf } from '../../shared/auth/middleware.ts'
import { requireAccount } from '../../shared/auth/platform-admin.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import { callerAddress, callerNetwork } from '../../shared/http/caller-address.ts'
import { findApiKeyById } from '../../shared/table/api-keys.ts'
import { endSessions, findPassword, passwordChange } from '../../shared/table/passwords.ts'
import { ConditionFailed } from '../../shared/table/table.ts'
import { findIdentity } from '../../shared/table/users.ts'
import { limitText } from './key-limit.ts'
import { limitLogin } from './login-limits.ts'
import type { AuthApp, AuthParts } from './parts.ts'
import { refuseWeakPassword } from './weak-password.ts'

/** The caller's own account. */
export function addAccountRoutes(app: AuthApp, { table, passwords, now }: AuthParts) {
  app.openapi(routes.getMe, async (context) => {
    const principal = principalOf(context)
    const { userId, username, role, keyId, scopes, limit, owners } = principal
    const [identity, key] = await Promise.all([
      findIdentity(table, userId),
      limit && findApiKeyById(table, { userId, id: keyId }),
    ])
    const email = identity?.user.email
    const memberships = identity?.memberships ?? []
    return context.json(
      {
        userId,
        username,
        role,
        keyId,
        scopes: [...scopes],
        ...(email !== undefined && { email }),
        ...(key?.limit && { limit: limitText(key.limit) }),
        organisations: memberships
          .filter(({ owner }) => Object.hasOwn(owners, owner))
          .map(({ name, role }) => ({ name, role })),
      },
      200,
    )
  })

  app.openapi(routes.changePassword, async (context) => {
    const principal = principalOf(context)
    requireAccount(principal)
    const { currentPassword, newPassword } = context.req.valid('json')
    const { userId, username } = principal
    const [stored, identity] = await Promise.all([findPassword(table, userId), findIdentity(table, userId)])
    if (stored === undefined || identity === undefined) throw errors.noPassword()
    refuseWeakPassword(newPassword, { username, email: identity.user.email, param: 'newPassword' })
    const address = callerAddress(context)
    const attempt = { account: userId, address: address && callerNetwork(address), now: now() }
    const isRight = await limitLogin(table, attempt, () => passwords.matches(currentPassword, stored.hash))
    if (!isRight) throw errors.wrongPassword()
    const hash = await passwords.hash(newPassword)
    const at = now()
    try {
      await table.transact([
        passwordChange({ userId, hash, before: stored.hash, now: at }),
        endSessions({ userId, now: at }),
      ])
    } catch (error) {
      // Somebody else changed it since it was compared.
      if (error instanceof ConditionFailed) throw errors.wrongPassword()
      throw error
    }
    return context.body(null, 204)
  })
}
