import type { BatchLimits } from './cut-batch.ts'

/** A smaller run gains more from what is still to come than from being staged. */
const itemsMin = 32

interface WorthStaging {
  waiting: { size: number; units: number }
  /** How many items went to an engine last, where any of the queue's run now. */
  handedOver: number | undefined
  limits: BatchLimits
}

/**
 * Whether what waits is to be handed over behind a run, so that the engine need not wait between the two: where it fills a
 * run, or is as much as what runs now, whose callers ask again only when that has ended.
 */
export function isWorthStaging({ waiting: { size, units }, handedOver, limits }: WorthStaging): boolean {
  if (size >= limits.itemsMax || units >= limits.costMax) return true
  return handedOver !== undefined && size >= Math.max(itemsMin, handedOver)
}
