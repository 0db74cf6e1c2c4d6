import type { BatchLimits } from './cut-batch.ts'

/** A smaller run gains more from waiting for further items than from being staged. */
const itemsMin = 32

interface WorthStaging {
  waiting: { size: number; units: number }
  /** The size of the batch that an engine took last, if one of this queue is running. */
  handedOver: number | undefined
  limits: BatchLimits
}

/**
 * Whether to send the next run to the engine while one is still running, so that the engine does not idle in between: if
 * it is full, or as large as the running one, whose callers send their next requests only after it ends.
 */
export function isWorthStaging({ waiting: { size, units }, handedOver, limits }: WorthStaging): boolean {
  if (size >= limits.itemsMax || units >= limits.costMax) return true
  return handedOver !== undefined && size >= Math.max(itemsMin, handedOver)
}
