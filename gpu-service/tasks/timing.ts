/** How long the items of a request waited and ran. */
export interface Timing {
  queueMs: number
  runMs: number
  batchSize: number
}

/** The timing of a request whose items ran in several batches: the maximum of each. */
export function timingOf(results: readonly Timing[]): Timing {
  const timing = { queueMs: 0, runMs: 0, batchSize: 0 }
  for (const { queueMs, runMs, batchSize } of results) {
    timing.queueMs = Math.max(timing.queueMs, queueMs)
    timing.runMs = Math.max(timing.runMs, runMs)
    timing.batchSize = Math.max(timing.batchSize, batchSize)
  }
  return timing
}

/** The cost of an answer. */
export interface Answered {
  timing: Timing
  /** The number of tokens of all inputs, special ones included. */
  tokens: number
}
