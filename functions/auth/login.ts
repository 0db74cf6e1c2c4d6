import { principalOf } from '../../shared/auth/middleware.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import { noteSubject } from '../../shared/http/audit-subject.ts'
import { callerAddress, callerNetwork } from '../../shared/http/caller-address.ts'
import { keys } from '../../shared/table/keys.ts'
import { findOwner } from '../../shared/table/owners.ts'
import { findPassword, passwordChange } from '../../shared/table/passwords.ts'
import { endSession } from '../../shared/table/sessions.ts'
import { ConditionFailed, type Table } from '../../shared/table/table.ts'
import { readIdentity, type UserItem } from '../../shared/table/users.ts'
import { limitLogin } from './login-limits.ts'
import type { AuthApp, AuthParts } from './parts.ts'
import { isOutdated } from './password-hash.ts'
import { beginSession, endSessionOf, refreshSession } from './sessions.ts'

export function addLoginRoutes(app: AuthApp, parts: AuthParts) {
  const { table, passwords, now } = parts

  app.openapi(routes.login, async (context) => {
    const { login, password } = context.req.valid('json')
    const address = callerAddress(context)
    // The same reads and the same hash for every login, so that timing does not reveal which users exist.
    const userId = await findUserId(table, login)
    const [stored, identity] = await Promise.all([
      findPassword(table, userId ?? nobody),
      readIdentity(table, userId ?? nobody),
    ])
    // The audit log names the account that was tried, but never the login as typed, which may be a password.
    if (identity !== undefined) noteSubject(context, namedAs(identity.user))
    const account = userId ?? `unknown:${login.toLowerCase()}`
    const attempt = { account, address: address && callerNetwork(address), now: now() }
    const isRight = await limitLogin(table, attempt, () => passwords.matches(password, stored?.hash))
    if (!isRight || identity === undefined || stored === undefined) throw errors.wrongCredentials()
    // Revealed only to somebody with the right password.
    if (identity.user.disabledAt !== undefined) throw errors.accountDisabled()
    const { id } = identity.user
    try {
      const passwordHash = await upToDate(parts, { userId: id, password, stored: stored.hash })
      return context.json(await beginSession(parts, { userId: id, passwordHash }), 200)
    } catch (error) {
      if (error instanceof ConditionFailed) throw errors.wrongCredentials()
      throw error
    }
  })

  app.openapi(routes.refresh, async (context) => {
    const { refreshToken } = context.req.valid('json')
    const { session, user } = await refreshSession(parts, refreshToken)
    noteSubject(context, namedAs(user))
    return context.json(session, 200)
  })

  app.openapi(routes.logout, async (context) => {
    // Without a content type no body is read.
    const { refreshToken } = (context.req.valid('json') ?? {}) as { refreshToken?: string }
    if (refreshToken !== undefined) await endSessionOf(parts, refreshToken)
    else {
      const { userId, keyId } = principalOf(context)
      if (!keyId.startsWith('ses_')) throw errors.notASession()
      await endSession(table, { userId, id: keyId, by: 'logout', now: now() })
    }
    return context.body(null, 204)
  })
}

/** The audit log keeps the user's name at the time. */
const namedAs = ({ username }: Pick<UserItem, 'username'>) => ({ owner: username, username })

/** No user has this id. */
const nobody = 'nobody'

/** An e-mail address has an "@", which no username has. */
async function findUserId(table: Table, login: string): Promise<string | undefined> {
  if (!login.includes('@')) return (await findOwner(table, login))?.userId
  return (await table.get<{ userId: string }>(keys.email(login)))?.userId
}

interface Known {
  userId: string
  password: string
  stored: string
}

/** Replaces an outdated hash while the password is at hand. */
async function upToDate({ table, passwords, now }: AuthParts, { userId, password, stored }: Known): Promise<string> {
  if (!isOutdated(stored)) return stored
  const hash = await passwords.hash(password)
  await table.transact([passwordChange({ userId, hash, before: stored, now: now() })])
  return hash
}
