import { applyFunction } from '../label-scores.ts'

/** For each token of a window, the logits of an answer that starts or ends there. */
export interface StartsAndEnds {
  start: Float32Array
  end: Float32Array
}

/** An answer by its first and last token. */
interface AnswerSpan {
  first: number
  last: number
  score: number
}

/**
 * Returns the most probable spans of one window, scored as in transformers: the probability to start at a token times
 * the probability to end at one, each a softmax over the context and the window's first token, which means "no answer".
 */
export function answerSpans({ start, end, isContext, nullToken, lengthMax, count }: AnswerSpans): SpansOfWindow {
  const counts = isContext.flatMap((is, index) => (is || index === nullToken ? [index] : []))
  const shares = (logits: ArrayLike<number>) => {
    const among = applyFunction(
      counts.map((index) => logits[index] ?? 0),
      'softmax',
    )
    const all = Array<number>(isContext.length).fill(0)
    for (const [at, index] of counts.entries()) all[index] = among[at] ?? 0
    return all
  }
  const starts = shares(start)
  const ends = shares(end)
  const nullScore = nullToken === undefined ? 0 : (starts[nullToken] ?? 0) * (ends[nullToken] ?? 0)
  const best: AnswerSpan[] = []
  const likeliestEnd = ends.reduce((most, share, last) => (isContext[last] ? Math.max(most, share) : most), 0)
  for (const [first, isStart] of isContext.entries()) {
    if (!isStart || (best.length === count && (starts[first] ?? 0) * likeliestEnd <= (best.at(-1)?.score ?? 0)))
      continue
    for (let last = first; last < Math.min(first + lengthMax, isContext.length) && isContext[last]; last++)
      keepBest(best, { first, last, score: (starts[first] ?? 0) * (ends[last] ?? 0) }, count)
  }
  return { spans: best, nullScore }
}

interface AnswerSpans {
  start: ArrayLike<number>
  end: ArrayLike<number>
  /** Whether each token belongs to the context. */
  isContext: readonly boolean[]
  /** The token that means "no answer", if any. */
  nullToken: number | undefined
  /** The most tokens of an answer. */
  lengthMax: number
  count: number
}

export interface SpansOfWindow {
  /** In descending order of score. */
  spans: AnswerSpan[]
  /** The probability that the window has no answer. */
  nullScore: number
}

function keepBest(best: AnswerSpan[], span: AnswerSpan, count: number): void {
  if (best.length === count && span.score <= (best.at(-1)?.score ?? 0)) return
  let at = best.length
  while (at > 0 && span.score > (best[at - 1]?.score ?? 0)) at--
  best.splice(at, 0, span)
  if (best.length > count) best.pop()
}
