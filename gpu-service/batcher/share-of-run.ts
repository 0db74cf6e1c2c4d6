import type { CostModel } from './cost-model.ts'
import { type BatchLimits, runBoundMs } from './cut-batch.ts'

/** A queue's or a request's work. */
export interface Work {
  items: number
  /** The sum of their sizes. */
  units: number
}

interface ShareOfRun {
  work: Work
  limits: BatchLimits
  costs: CostModel
}

/** Predictions go up to this many times the items of the largest measured run. */
const beyondSeen = 2

/** Padding and other load on the machine make runs longer than the curve. */
const margin = 1.25

/**
 * The ratio of the time of the largest possible run to the time of its items run one by one. On a GPU a hundred items
 * take hardly longer than one, so predicting from the small runs of the past would refuse a crowd that fits.
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
