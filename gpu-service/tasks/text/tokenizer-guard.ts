import { errors } from '../../../shared/errors.ts'
import { OutOfTime, threadMs, withinTime } from '../../within-time.ts'
import { SlowAllowance } from './slow-allowance.ts'

/** Several times what a piece of a text takes at most. */
const usualLimitMs = 500
/** Work that takes longer counts as slow; real tokenizers never do. */
const usualSlowMs = 100
/** For so long a tokenizer that was slow shares the allowance of this process with the other slow ones. */
const slowForMs = 10 * 60_000

const ofThisProcess = new SlowAllowance()

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
  shared = ofThisProcess,
}: GuardOptions = {}): Guard {
  const own = new SlowAllowance({ now })
  let lastSlowMs = Number.NEGATIVE_INFINITY
  return (length, work) => {
    const limiting = now() - lastSlowMs < slowForMs ? [own, shared] : [own]
    if (limiting.some(({ isUsedUp }) => isUsedUp))
      throw errors.tokenizerRests(Math.ceil(Math.max(...limiting.map(({ secondsUntilLeft }) => secondsUntilLeft))))
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
      if (tookMs > slowMs) {
        lastSlowMs = now()
        own.take(tookMs)
        shared.take(tookMs)
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
  /** What all slow tokenizers of a thread have together. */
  shared?: SlowAllowance
}
