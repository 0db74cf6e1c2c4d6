import { keys } from './keys.ts'
import type { Table } from './table.ts'
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
