import { conditionHeld } from './condition-held.ts'
import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** How many attempts are free, and how the pauses grow after them. */
export interface AttemptPolicy {
  free: number
  firstPauseMs: number
  pauseMsMax: number
  /** Attempts are forgotten after this long without another. */
  windowMs: number
}

interface AttemptsItem {
  failures: number
  /** Epoch milliseconds until which further attempts are refused. */
  blockedUntilMs?: number
  expiresAt: number
}

interface Attempt {
  /** The account or caller: `account:…`, `address:…`. */
  subject: string
  policy: AttemptPolicy
  now: Date
}

const racesMax = 8

/**
 * Counts an attempt before it is made, so that a thousand at once count as a thousand; a successful one is taken back.
 * Returns the wait in milliseconds where the attempt is refused, which is not counted.
 */
export async function beginAttempt(table: Table, attempt: Attempt): Promise<number> {
  if (await countFree(table, attempt)) return 0
  for (let race = 0; race < racesMax; race++) {
    const waitMs = await countLate(table, attempt)
    if (waitMs !== undefined) return waitMs
  }
  return attempt.policy.firstPauseMs
}

/** A single write while there are free attempts. */
async function countFree(table: Table, { subject, policy, now }: Attempt): Promise<boolean> {
  return conditionHeld(() =>
    table.update(keys.loginAttempts(subject), {
      expression: 'ADD failures :one SET expiresAt = :expiresAt',
      condition: 'attribute_not_exists(pk) OR (failures < :free AND expiresAt > :now)',
      values: { ':one': 1, ':free': policy.free, ':now': seconds(now), ':expiresAt': expiry(now, policy) },
    }),
  )
}

/** `undefined` after a concurrent attempt. */
async function countLate(table: Table, { subject, policy, now }: Attempt): Promise<number | undefined> {
  const key = keys.loginAttempts(subject)
  const item = await table.get<AttemptsItem>(key)
  const isOver = item === undefined || item.expiresAt <= seconds(now)
  if (!isOver && (item.blockedUntilMs ?? 0) > now.getTime()) return (item.blockedUntilMs ?? 0) - now.getTime()
  const failures = isOver ? 1 : item.failures + 1
  const pauseMs = pauseAfter(failures, policy)
  const blockedUntilMs = now.getTime() + pauseMs
  const next = { ...key, failures, expiresAt: expiry(now, policy, pauseMs), ...(pauseMs > 0 && { blockedUntilMs }) }
  const seen = item && { ':failures': item.failures, ':expiresAt': item.expiresAt }
  const unchanged = { expression: 'failures = :failures AND expiresAt = :expiresAt', values: seen ?? {} }
  const condition = seen === undefined ? { expression: 'attribute_not_exists(pk)' } : unchanged
  return (await conditionHeld(() => table.put(next, condition))) ? 0 : undefined
}

/** The pause after that many attempts: none, then `firstPauseMs`, then doubling each time. */
export const pauseAfter = (failures: number, { free, firstPauseMs, pauseMsMax }: AttemptPolicy): number =>
  failures <= free ? 0 : Math.min(firstPauseMs * 2 ** (failures - free - 1), pauseMsMax)

/** Clears an account's attempts after a successful login. */
export const forgetAttempts = (table: Table, subject: string): Promise<void> =>
  table.delete(keys.loginAttempts(subject))

/** Takes a successful attempt off an address, whose others stay counted. */
export async function takeBackAttempt(table: Table, { subject, now }: Omit<Attempt, 'policy'>): Promise<void> {
  await conditionHeld(() =>
    table.update(keys.loginAttempts(subject), {
      expression: 'SET failures = failures - :one, blockedUntilMs = :now',
      condition: 'failures > :none',
      values: { ':one': 1, ':none': 0, ':now': now.getTime() },
    }),
  )
}

const seconds = (now: Date): number => Math.floor(now.getTime() / 1000)

const expiry = (now: Date, { windowMs }: AttemptPolicy, pauseMs = 0): number =>
  Math.ceil((now.getTime() + windowMs + pauseMs) / 1000)
