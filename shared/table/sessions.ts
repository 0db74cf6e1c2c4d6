import { randomBytes } from 'node:crypto'
import { conditionHeld } from './condition-held.ts'
import { keys } from './keys.ts'
import { absent, type Table, type TransactAction } from './table.ts'
import type { UserItem } from './users.ts'

/** A login with all of its tokens, which end together. */
export interface SessionItem {
  id: string
  userId: string
  createdAt: string
  refreshedAt: string
  /** ISO time at which it ends, even if it is refreshed. */
  validUntil: string
  endedAt?: string | undefined
  /** `replayed` means that a refresh token was used twice, so somebody has a copy. */
  endedBy?: 'logout' | 'replayed' | undefined
  expiresAt: number
}

export const findSession = (table: Table, { userId, id }: { userId: string; id: string }) =>
  table.get<SessionItem>(keys.sessionFamily(userId, id))

/**
 * Whether a session's tokens are valid: it neither ended nor expired, and its user's sessions were not ended as a
 * whole.
 */
export const isLive = (session: SessionItem, { sessionsValidAfter }: UserItem, now: Date): boolean =>
  session.endedAt === undefined &&
  new Date(session.validUntil) > now &&
  (sessionsValidAfter === undefined || session.createdAt > sessionsValidAfter)

/** A refresh token by its hash. A used one is kept, so that a second use is detected. */
interface RefreshTokenItem {
  userId: string
  sessionId: string
  validUntil: string
  usedAt?: string | undefined
}

export const newSessionId = (): string => `ses_${randomBytes(16).toString('hex')}`

export const findRefreshToken = (table: Table, sha256: string) => table.get<RefreshTokenItem>(keys.refreshToken(sha256))

/** Begins a session, if the password that was checked is still current. @throws ConditionFailed */
export async function createSession(
  table: Table,
  { session, passwordHash, token }: { session: SessionItem; passwordHash: string; token: NewRefreshToken },
): Promise<void> {
  await table.transact([
    { put: { ...keys.sessionFamily(session.userId, session.id), ...session }, condition: absent },
    {
      check: keys.password(session.userId),
      condition: { expression: '#hash = :hash', names: { '#hash': 'hash' }, values: { ':hash': passwordHash } },
    },
    putToken(session, token),
  ])
}

export interface NewRefreshToken {
  sha256: string
  validUntil: Date
}

/** Replaces a token by the next one, atomically. `false` where it was used or its session has ended. */
export async function rotateRefreshToken(
  table: Table,
  { session, usedSha256, token, now }: { session: SessionItem; usedSha256: string; token: NewRefreshToken; now: Date },
): Promise<boolean> {
  const values = { ':now': now.toISOString() }
  return conditionHeld(() =>
    table.transact([
      {
        update: keys.refreshToken(usedSha256),
        change: {
          expression: 'SET usedAt = :now',
          condition: 'attribute_exists(pk) AND attribute_not_exists(usedAt)',
          values,
        },
      },
      putToken(session, token),
      {
        update: keys.sessionFamily(session.userId, session.id),
        change: { expression: 'SET refreshedAt = :now', condition: stands, values },
      },
    ]),
  )
}

/** Ends a session; the first reason is kept. */
export async function endSession(
  table: Table,
  { userId, id, by, now }: { userId: string; id: string; by: NonNullable<SessionItem['endedBy']>; now: Date },
): Promise<void> {
  await conditionHeld(() =>
    table.update(keys.sessionFamily(userId, id), {
      expression: 'SET endedAt = :now, endedBy = :by',
      condition: stands,
      values: { ':now': now.toISOString(), ':by': by },
    }),
  )
}

const stands = 'attribute_exists(pk) AND attribute_not_exists(endedAt)'

const putToken = ({ userId, id }: SessionItem, { sha256, validUntil }: NewRefreshToken): TransactAction => ({
  put: {
    ...keys.refreshToken(sha256),
    userId,
    sessionId: id,
    validUntil: validUntil.toISOString(),
    expiresAt: Math.ceil(validUntil.getTime() / 1000),
  },
  condition: absent,
})
