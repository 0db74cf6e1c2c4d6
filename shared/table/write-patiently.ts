import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb'

const triesMax = 8
const firstPauseMs = 20

export interface Patience {
  pause: (ms: number) => Promise<void>
  random: () => number
}

export const realPatience: Patience = {
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
}

/** Reasons of a cancelled transaction that may succeed a moment later. */
const passing = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']

/**
 * Retries a write while another transaction holds an item or the table is busy: DynamoDB refuses the later of two
 * concurrent transactions, and the SDK does not retry those. @throws ConditionFailed
 */
export async function writePatiently<Answer>(write: () => Promise<Answer>, patience: Patience): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await write()
    } catch (error) {
      const failed = failedConditions(error)
      if (failed !== undefined) throw new ConditionFailed(failed, error)
      if (tries === triesMax || !mayPass(error)) throw error
      await patience.pause(firstPauseMs * 2 ** (tries - 1) * (0.5 + patience.random()))
    }
  }
}

function failedConditions(error: unknown): boolean[] | undefined {
  if (error instanceof ConditionalCheckFailedException) return [true]
  const failed = reasonsOf(error).map((code) => code === 'ConditionalCheckFailed')
  return failed.includes(true) ? failed : undefined
}

const mayPass = (error: unknown): boolean =>
  error instanceof TransactionConflictException || reasonsOf(error).some((code) => passing.includes(code ?? ''))

const reasonsOf = (error: unknown): (string | undefined)[] =>
  error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []).map(({ Code }) => Code) : []

/** A write whose condition failed: somebody else changed the item first, or it already exists. */
export class ConditionFailed extends Error {
  override name = 'ConditionFailed'
  /** For each action of a transaction, whether its own condition failed. */
  readonly failed: boolean[]
  constructor(failed: boolean[], cause: unknown) {
    super('a condition of the write did not hold', { cause })
    this.failed = failed
  }
}
