import { randomBytes } from 'node:crypto'
import { asSeen } from './as-seen.ts'
import { keys } from './keys.ts'
import { absent, type Table, type TransactAction } from './table.ts'
import type { UserItem } from './users.ts'

/** A login and every token that came of it: what ends, ends as a whole. */
export interface SessionItem {
  id: string
  userId: string
  createdAt: string
  refreshedAt: string
  /** ISO time after which it is over, however often it was refreshed. */
  validUntil: string
  endedAt?: string | undefined
  /** Why it ended. `replayed` is that a refresh token came twice: somebody has a copy. */
  endedBy?: 'logout' | 'replayed' | undefined
  /** Epoch seconds after which the item may be removed. */
  expiresAt: number
}

export const findSession = (table: Table, { userId, id }: { userId: string; id: string }) =>
  table.get<SessionItem>(keys.sessionFamily(userId, id))

/** Whether a session's tokens are good now: it neither ended, nor ran out, nor was ended with all others of its user. */
export const isLive = (session: SessionItem, { sessionsValidAfter }: UserItem, now: Date): boolean =>
  session.endedAt === undefined &&
  new Date(session.validUntil) > now &&
  (sessionsValidAfter === undefined || session.createdAt > sessionsValidAfter)

/** One refresh token, by its hash. It stays when it was used, so that its second use is known for what it is. */
interface RefreshTokenItem {
  userId: string
  sessionId: string
  validUntil: string
  usedAt?: string | undefined
}

export const newSessionId = (): string => `ses_${randomBytes(16).toString('hex')}`

export const findRefreshToken = (table: Table, sha256: string) => table.get<RefreshTokenItem>(keys.refreshToken(sha256))

/** Begins a session, provided that the password it was begun with is still the user's. @throws ConditionFailed */
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

/** Uses a token up and puts the next in its place, both or none. `false` where it was used, or its session ended. */
export async function rotateRefreshToken(
  table: Table,
  { session, usedSha256, token, now }: { session: SessionItem; usedSha256: string; token: NewRefreshToken; now: Date },
): Promise<boolean> {
  const values = { ':now': now.toISOString() }
  return asSeen(() =>
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

/** Ends a session; one that ended before keeps its first reason. */
export async function endSession(
  table: Table,
  { userId, id, by, now }: { userId: string; id: string; by: NonNullable<SessionItem['endedBy']>; now: Date },
): Promise<void> {
  await asSeen(() =>
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
