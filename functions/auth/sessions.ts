import { randomBytes } from 'node:crypto'
import type { z } from 'zod'
import { accessTokens } from '../../shared/auth/access-token.ts'
import { hashToken } from '../../shared/auth/token.ts'
import type { session as sessionAnswer } from '../../shared/contract/auth.ts'
import { errors } from '../../shared/errors.ts'
import {
  createSession,
  endSession,
  findRefreshToken,
  findSession,
  isLive,
  type NewRefreshToken,
  newSessionId,
  rotateRefreshToken,
  type SessionItem,
} from '../../shared/table/sessions.ts'
import { findIdentity, type UserItem } from '../../shared/table/users.ts'
import type { AuthParts } from './parts.ts'

type SessionParts = Pick<AuthParts, 'table' | 'signer' | 'now'>
type Session = z.infer<typeof sessionAnswer>

const dayMs = 86_400_000
/** At most, even with refreshes. */
const sessionMs = 30 * dayMs
/** Without a refresh. */
const idleMs = 14 * dayMs

/** Begins a session after a correct password. @throws ConditionFailed where the password was changed meanwhile */
export async function beginSession(
  { table, signer, now }: SessionParts,
  { userId, passwordHash }: { userId: string; passwordHash: string },
): Promise<Session> {
  const at = now()
  const validUntil = new Date(at.getTime() + sessionMs)
  const session: SessionItem = {
    id: newSessionId(),
    userId,
    createdAt: at.toISOString(),
    refreshedAt: at.toISOString(),
    validUntil: validUntil.toISOString(),
    expiresAt: Math.ceil(validUntil.getTime() / 1000),
  }
  const { token, item } = newRefreshToken(session, at)
  await createSession(table, { session, passwordHash, token: item })
  return answer(signer, session, token)
}

/**
 * Exchanges a refresh token for new tokens. A used one ends its session, whoever sends it, because one of its two
 * holders is a thief. @throws AppError `session_over`
 */
export async function refreshSession(
  { table, signer, now }: SessionParts,
  refreshToken: string,
): Promise<{ session: Session; user: UserItem }> {
  const at = now()
  const usedSha256 = hashToken(refreshToken)
  const used = await findRefreshToken(table, usedSha256)
  if (used === undefined || new Date(used.validUntil) <= at) throw errors.sessionOver()
  const { userId, sessionId: id } = used
  const [session, identity] = await Promise.all([findSession(table, { userId, id }), findIdentity(table, userId)])
  if (session === undefined || identity === undefined || !isLive(session, identity.user, at)) throw errors.sessionOver()
  const { token, item } = newRefreshToken(session, at)
  if (used.usedAt === undefined && (await rotateRefreshToken(table, { session, usedSha256, token: item, now: at })))
    return { session: await answer(signer, session, token), user: identity.user }
  await endSession(table, { userId, id, by: 'replayed', now: at })
  throw errors.sessionOver()
}

/** Ends the session of a refresh token, used or not. An unknown token ends nothing. */
export async function endSessionOf({ table, now }: SessionParts, refreshToken: string): Promise<void> {
  const item = await findRefreshToken(table, hashToken(refreshToken))
  if (item !== undefined) await endSession(table, { userId: item.userId, id: item.sessionId, by: 'logout', now: now() })
}

function newRefreshToken({ validUntil }: SessionItem, at: Date): { token: string; item: NewRefreshToken } {
  const token = `rt_${randomBytes(32).toString('hex')}`
  const untilMs = Math.min(at.getTime() + idleMs, new Date(validUntil).getTime())
  return { token, item: { sha256: hashToken(token), validUntil: new Date(untilMs) } }
}

async function answer(signer: AuthParts['signer'], { id, userId, validUntil }: SessionItem, refreshToken: string) {
  const accessToken = await signer.sign({ userId, sessionId: id })
  const expiresInSeconds = accessTokens.lifeSeconds
  return { accessToken, tokenType: 'Bearer' as const, expiresInSeconds, refreshToken, validUntil }
}
