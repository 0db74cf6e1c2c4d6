import { errors } from '../../../shared/errors.ts'
import { OutOfTime, threadMs, withinTime } from '../../within-time.ts'

/** Several times what a piece of a text takes at most. */
const usualLimitMs = 500
/** What takes longer than this counts as slow: no tokenizer that was made for texts is. */
const usualSlowMs = 100
/** For so long it may be slow at once; then it rests until this share of the time that passes has made up for it. */
const slowAtOnceMs = 1000
const slowShare = 0.05

/** Does what a tokenizer does with so many characters. */
export type Guard = <Result>(length: number, work: () => Result) => Result

/**
 * Ends what one tokenizer does with a text where that takes too long, and has it rest where it is slow again and again:
 * it works on the thread that answers everybody, of whose time all slow texts together get a twentieth.
 *
 * @throws AppError `invalid_input` for a text that takes too long, `tokenizer_rests` while it rests
 */
export function guardTokens({
  limitMs = usualLimitMs,
  slowMs = usualSlowMs,
  now = () => performance.now(),
  usedMs = threadMs,
}: GuardTokens = {}): Guard {
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
      // A pattern that is tried in very many ways may fill its stack before that.
      if (!(error instanceof OutOfTime || error instanceof RangeError)) throw error
      throw errors.invalidInput(
        `The tokenizer of this model cannot take a text of ${length} characters like this one apart in ${limitMs} ms, so it was stopped: what its "tokenizer.json" looks for may be there in very many ways. Send a shorter text, or split it.`,
      )
    } finally {
      const tookMs = usedMs() - startedMs
      if (tookMs > slowMs) slowLeftMs -= tookMs
    }
  }
}

interface GuardTokens {
  limitMs?: number
  slowMs?: number
  now?: () => number
  /** For how long this thread has been at work. */
  usedMs?: () => number
}
