import type { BatchLimits } from './cut-batch.ts'

/** A smaller run gains more by what still comes than by lying ready. */
const itemsMin = 32

interface MayLieReady {
  waiting: { size: number; units: number }
  /** How many items went to an engine last, where any of the queue's run now. */
  handedOver: number | undefined
  limits: BatchLimits
}

/**
 * Whether what waits may be handed over behind a run, so that the engine does not wait for it between two: where it is as
 * much as one run may hold, or as what runs, whose callers ask again only when that has ended.
 */
export function mayLieReady({ waiting: { size, units }, handedOver, limits }: MayLieReady): boolean {
  if (size >= limits.itemsMax || units >= limits.costMax) return true
  return handedOver !== undefined && size >= Math.max(itemsMin, handedOver)
}
