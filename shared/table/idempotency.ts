import { keys } from './keys.ts'
import { ConditionFailed, type Table } from './table.ts'

/** What is known of a request that came with an `Idempotency-Key`. */
export interface OnceItem {
  /** What the request was, so that another one is not taken for it. */
  fingerprint: string
  state: 'running' | 'done'
  /** Whose claim it is, while it runs. */
  claim: string
  /** After it, whoever claimed it is taken for dead. */
  leaseUntilMs: number
  /** Epoch seconds. */
  expiresAt: number
  answer?: OnceAnswer | undefined
}

export interface OnceAnswer {
  status: number
  contentType?: string | undefined
  /** The version that it told, and where it said that the thing is. */
  etag?: string | undefined
  location?: string | undefined
  /** Absent where the answer is not kept: it held a secret, or was too large. */
  body?: string | undefined
}

const onceLifeSeconds = 24 * 3600
/** Longer than any request is given. */
const leaseMs = 60_000

interface Once {
  userId: string
  key: string
  fingerprint: string
  claim: string
  now: Date
}

/**
 * Claims a key for a request. `undefined` means that the request is to be done; else what is known of the key. A claim
 * whose holder has not answered in time may be taken over: a crash locks nothing for ever.
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
  // What stood in the way may be gone when it is looked at.
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

/** Keeps the answer for whoever sends the same request again. Whose claim was taken over changes nothing. */
export const answerOnce = (table: Table, once: Pick<Once, 'userId' | 'key' | 'claim'>, answer: OnceAnswer) =>
  ifOurs(() =>
    table.update(keys.idempotency(once.userId, once.key), {
      expression: 'SET #state = :done, answer = :answer',
      condition: 'claim = :claim',
      names: { '#state': 'state' },
      values: { ':done': 'done', ':answer': answer, ':claim': once.claim },
    }),
  )

/** Gives the key back, where nothing was made. */
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
