/** What is known of a request before any of its work is queued, in milliseconds from now. */
interface Prospect {
  /** Until its first item is started. */
  waitMs: number
  /** What its items need of the engines. */
  engineMs: number
  /** From its first item being started to its last one being answered, with nothing in between. */
  runMs: number
  /** Until its caller no longer wants the answer. */
  leftMs: number
  limits: { waitMsMax: number; requestMsMax: number }
}

type Refused = 'too-costly' | 'too-slow' | 'overloaded'

/**
 * Why a request is refused before it is queued, if it is. What even an idle server could not do, in the time given or at
 * all, is refused for good; what only the queue prevents may be sent again once that is worked off.
 */
export function whyRefused({ waitMs, engineMs, runMs, leftMs, limits }: Prospect): Refused | undefined {
  if (engineMs > limits.requestMsMax) return 'too-costly'
  if (leftMs <= 0 || runMs > leftMs) return 'too-slow'
  if (waitMs > limits.waitMsMax || waitMs + runMs > leftMs) return 'overloaded'
  return undefined
}
