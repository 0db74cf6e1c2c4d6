import { errors } from '../../../shared/errors.ts'
import { OutOfTime, runWithTimeout, threadMs } from '../../run-with-timeout.ts'
import { SlowAllowance } from './slow-allowance.ts'

/** Several times what a piece of a text takes at most. */
const usualLimitMs = 500
/** Work that takes longer counts as slow; real tokenizers never do. */
const usualSlowMs = 100
/** How long a tokenizer that was slow needs the allowance for its work. */
const slowForMs = 10 * 60_000

/** Runs tokenizer work on a text, or tokens, of this length. */
export type Guard = <Result>(length: number, work: () => Result) => Result

/**
 * Ends the work of one tokenizer on a text when it takes too long, and suspends a tokenizer that is slow again and
 * again: it runs on the thread that serves all requests, of which all slow texts of all tokenizers together get a
 * twentieth. One that was not slow lately does not wait for the others.
 *
 * @throws AppError `invalid_input` for a text that takes too long, `tokenizer_rests` while suspended
 */
export function guardTokenizer({
  limitMs = usualLimitMs,
  slowMs = usualSlowMs,
  now = () => performance.now(),
  usedMs = threadMs,
  allowance = new SlowAllowance({ now }),
}: GuardOptions = {}): Guard {
  let lastSlowMs = Number.NEGATIVE_INFINITY
  return (length, work) => {
    const isSlow = now() - lastSlowMs < slowForMs
    if (isSlow && allowance.isUsedUp) throw errors.tokenizerRests(Math.ceil(allowance.secondsUntilLeft))
    const startedMs = usedMs()
    try {
      return runWithTimeout({ limitMs, work, usedMs })
    } catch (error) {
      // A backtracking pattern may overflow its stack before the limit.
      if (!(error instanceof OutOfTime || error instanceof RangeError)) throw error
      throw errors.invalidInput(
        `The tokenizer of this model was stopped because a text of ${length} characters took longer than ${limitMs} ms: a pattern in its "tokenizer.json" may backtrack too much. Send a shorter text, or split it.`,
      )
    } finally {
      const tookMs = usedMs() - startedMs
      if (tookMs > slowMs) {
        lastSlowMs = now()
        allowance.take(tookMs)
      }
    }
  }
}

interface GuardOptions {
  limitMs?: number
  slowMs?: number
  now?: () => number
  /** CPU time of this thread. */
  usedMs?: () => number
  /** Shared by all tokenizers of a thread. @default one of its own */
  allowance?: SlowAllowance | undefined
}
