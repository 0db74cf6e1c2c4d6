import type { Rerank } from '../capabilities.ts'
import { applyFunction } from '../label-scores.ts'
import type { AskClasses } from '../text/sequence-classifier.ts'

/** Scores texts against a query with a cross-encoder; each pair is a separate item. */
export function rerankBy(ask: AskClasses): Rerank {
  return async ({ query, texts, truncation, rawScores, textTokensMax, options }) => {
    const inputs = texts.map((text, index) => ({ text: query, pair: text, param: `texts[${index}]` }))
    const { logits, ...answered } = await ask({ inputs, truncation, pairTokensMax: textTokensMax, options })
    const scores = logits.flatMap((row) => applyFunction(row.subarray(0, 1), rawScores ? 'none' : 'sigmoid'))
    return { ...answered, scores }
  }
}
