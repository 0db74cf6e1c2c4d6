import { errors } from '../../../shared/errors.ts'
import { OutOfTime, threadMs, withinTime } from '../../within-time.ts'

/** Several times what a piece of a text takes at most. */
const usualLimitMs = 500
/** Work that takes longer counts as slow; real tokenizers never do. */
const usualSlowMs = 100
/** The allowance of slow time, and the share of the elapsed time by which it refills once used up. */
const slowAtOnceMs = 1000
const slowShare = 0.05

/** Runs tokenizer work on a text, or tokens, of this length. */
export type Guard = <Result>(length: number, work: () => Result) => Result

/**
 * Ends the work of one tokenizer on a text when it takes too long, and suspends a tokenizer that is slow again and
 * again: it runs on the thread that serves all requests, of which all slow texts together get a twentieth.
 *
 * @throws AppError `invalid_input` for a text that takes too long, `tokenizer_rests` while suspended
 */
export function guardTokenizer({
  limitMs = usualLimitMs,
  slowMs = usualSlowMs,
  now = () => performance.now(),
  usedMs = threadMs,
}: GuardOptions = {}): Guard {
  let slowLeftMs = slowAtOnceMs
  let countedMs = now()
  return (length, work) => {
    const nowMs = now()
    slowLeftMs = Math.min(slowAtOnceMs, slowLeftMs + (nowMs - countedMs) * slowShare)
    countedMs = nowMs
    if (slowLeftMs <= 0) throw errors.tokenizerRests(Math.ceil((1 - slowLeftMs) / slowShare / 1000))
    const startedMs = usedMs()
    try {
      return withinTime({ limitMs, work, usedMs })
    } catch (error) {
      // A backtracking pattern may overflow its stack before the limit.
      if (!(error instanceof OutOfTime || error instanceof RangeError)) throw error
      throw errors.invalidInput(
        `The tokenizer of this model was stopped because a text of ${length} characters took longer than ${limitMs} ms: a pattern in its "tokenizer.json" may backtrack too much. Send a shorter text, or split it.`,
      )
    } finally {
      const tookMs = usedMs() - startedMs
      if (tookMs > slowMs) slowLeftMs -= tookMs
    }
  }
}

interface GuardOptions {
  limitMs?: number
  slowMs?: number
  now?: () => number
  /** CPU time of this thread. */
  usedMs?: () => number
}
