import { keys } from './keys.ts'
import { ConditionFailed, type Table } from './table.ts'

const windowSeconds = 60

interface RequestCount {
  isAllowed: boolean
  /** How many requests are left in the window. */
  left: number
  /** Until the next window. */
  secondsLeft: number
}

/** Counts a request in its minute with one write, which the database refuses beyond the limit. */
export async function countRequest(
  table: Table,
  { owner, max, now }: { owner: string; max: number; now: Date },
): Promise<RequestCount> {
  const seconds = Math.floor(now.getTime() / 1000)
  const start = seconds - (seconds % windowSeconds)
  const secondsLeft = start + windowSeconds - seconds
  try {
    const { requests } = await table.updated(keys.requestCount(owner, new Date(start * 1000).toISOString()), {
      expression: 'SET expiresAt = :expiresAt ADD requests :one',
      condition: 'attribute_not_exists(requests) OR requests < :max',
      values: { ':one': 1, ':max': max, ':expiresAt': start + 10 * windowSeconds },
    })
    return { isAllowed: true, left: Math.max(0, max - Number(requests)), secondsLeft }
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    return { isAllowed: false, left: 0, secondsLeft }
  }
}
