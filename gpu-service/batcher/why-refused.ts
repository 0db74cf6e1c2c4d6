/** What is known about a request before it is queued, in milliseconds from now. */
interface Prospect {
  /** Until its first item starts. */
  waitMs: number
  /** Engine time of its items. */
  engineMs: number
  /** From the start of its first item to the end of its last, with nothing in between. */
  runMs: number
  /** Until its deadline. */
  leftMs: number
  limits: { waitMsMax: number; engineMsMax: number }
}

type Refused = 'too-costly' | 'too-slow' | 'overloaded'

/**
 * Decides whether to refuse a request before it is queued. A request that even an idle server could not finish is refused
 * for good; one that only the queue prevents may be retried.
 */
export function whyRefused({ waitMs, engineMs, runMs, leftMs, limits }: Prospect): Refused | undefined {
  if (engineMs > limits.engineMsMax) return 'too-costly'
  if (leftMs <= 0 || runMs > leftMs) return 'too-slow'
  if (waitMs > limits.waitMsMax || waitMs + runMs > leftMs) return 'overloaded'
  return undefined
}
