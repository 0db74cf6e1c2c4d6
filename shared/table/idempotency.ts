import { keys } from './keys.ts'
import { ConditionFailed, type Table } from './table.ts'

/** What is stored about a request with an `Idempotency-Key`. */
export interface OnceItem {
  /** Identifies the request, so that a different one with the same key is refused. */
  fingerprint: string
  state: 'running' | 'done'
  /** The holder of the claim, while it runs. */
  claim: string
  /** After this, the claim's holder is considered dead. */
  leaseUntilMs: number
  expiresAt: number
  answer?: OnceAnswer | undefined
}

export interface OnceAnswer {
  status: number
  contentType?: string | undefined
  /** The version and location of what was made. */
  etag?: string | undefined
  location?: string | undefined
  /** Absent where the answer held a secret or was too large. */
  body?: string | undefined
}

const onceLifeSeconds = 24 * 3600
/** Longer than any request may take. */
const leaseMs = 60_000

interface Once {
  userId: string
  key: string
  fingerprint: string
  claim: string
  now: Date
}

/**
 * Claims a key for a request: `undefined` means go ahead, otherwise the key's existing record. A claim past its lease
 * may be taken over, so that a crash locks nothing forever.
 */
export async function claimOnce(
  table: Table,
  { userId, key, fingerprint, claim, now }: Once,
): Promise<OnceItem | undefined> {
  const nowMs = now.getTime()
  const item: OnceItem = {
    fingerprint,
    state: 'running',
    claim,
    leaseUntilMs: nowMs + leaseMs,
    expiresAt: Math.floor(nowMs / 1000) + onceLifeSeconds,
  }
  const condition = {
    expression:
      'attribute_not_exists(pk) OR expiresAt <= :seconds OR (#state = :running AND leaseUntilMs < :now AND fingerprint = :fingerprint)',
    names: { '#state': 'state' },
    values: {
      ':seconds': Math.floor(nowMs / 1000),
      ':running': 'running',
      ':now': nowMs,
      ':fingerprint': fingerprint,
    },
  }
  const at = keys.idempotency(userId, key)
  // The conflicting claim may be gone by the time it is read.
  for (let tries = 1; ; tries++) {
    try {
      await table.put({ ...at, ...item }, condition)
      return undefined
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error
      const known = await table.get<OnceItem>(at)
      if (known !== undefined) return known
      if (tries === 3) throw error
    }
  }
}

/** Stores the answer for repeated requests. Does nothing once the claim was taken over. */
export const answerOnce = (table: Table, once: Pick<Once, 'userId' | 'key' | 'claim'>, answer: OnceAnswer) =>
  ifOurs(() =>
    table.update(keys.idempotency(once.userId, once.key), {
      expression: 'SET #state = :done, answer = :answer',
      condition: 'claim = :claim',
      names: { '#state': 'state' },
      values: { ':done': 'done', ':answer': answer, ':claim': once.claim },
    }),
  )

/** Releases the key, where nothing was made. */
export const releaseOnce = (table: Table, once: Pick<Once, 'userId' | 'key' | 'claim'>) =>
  ifOurs(() =>
    table.transact([
      {
        delete: keys.idempotency(once.userId, once.key),
        condition: { expression: 'claim = :claim', values: { ':claim': once.claim } },
      },
    ]),
  )

async function ifOurs(write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
  }
}
