import type { CostModel } from './cost-model.ts'
import { type BatchLimits, runBoundMs } from './cut-batch.ts'

/** What waits, or what a request brings. */
export interface Work {
  items: number
  /** Their sizes, summed. */
  units: number
}

interface ShareOfRun {
  work: Work
  limits: BatchLimits
  costs: CostModel
}

/** How many times as many items as the largest run had that was measured. */
const beyondSeen = 2

/** Padding, and a machine that does other things too, make runs longer than the curve. */
const margin = 1.25

/**
 * What the largest run of these takes, of what its members take one by one. On a GPU a hundred take hardly longer than
 * one: who counts them by the small runs there were before refuses a crowd for which there is room.
 */
export function shareOfRun({ work: { items, units }, limits, costs }: ShareOfRun): number {
  const longest = units / Math.max(1, items)
  const aloneMs = costs.predictMs({ items: 1, longest })
  if (aloneMs === 0) return 1
  const boundMs = runBoundMs(limits, aloneMs)
  const itemsMax = Math.min(items, limits.itemsMax, costs.itemsSeen * beyondSeen)
  let together = Math.max(1, Math.min(itemsMax, Math.floor(limits.costMax / longest)))
  let runMs = costs.predictMs({ items: together, longest })
  while (together > 1 && runMs > boundMs) {
    together = Math.floor(together / 2)
    runMs = costs.predictMs({ items: together, longest })
  }
  return (margin * runMs) / (together * aloneMs)
}
