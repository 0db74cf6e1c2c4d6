import { applyFunction } from '../label-scores.ts'
import { largest } from '../text/largest.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'

/** A token for a mask. */
export interface Filling {
  score: number
  token: number
  token_str: string
  sequence: string
}

/** The likeliest tokens of each mask of a text, each written into the text as its only change. */
export function fillingsOf({ ids, masks, logits, targets, topK, tokenizer }: FillingsOf): Filling[][] {
  return masks.map((position, mask) => {
    const scores = applyFunction(logits[mask] ?? [], 'softmax')
    const found =
      targets === undefined
        ? largest(scores, topK)
        : largest(
            targets.map((id) => scores[id] ?? 0),
            topK,
          ).map((index) => targets[index] ?? 0)
    return found.map((token) => ({
      score: scores[token] ?? 0,
      token,
      token_str: tokenizer.decode([token], false),
      // With several masks the others have to stay visible.
      sequence: tokenizer.decode(ids.with(position, token), masks.length === 1),
    }))
  })
}

export interface FillingsOf {
  ids: readonly number[]
  /** Where the masks are among them. */
  masks: readonly number[]
  /** A number for each token of the vocabulary, mask by mask. */
  logits: readonly ArrayLike<number>[]
  /** The only tokens that are wanted. */
  targets: readonly number[] | undefined
  topK: number
  tokenizer: Pick<TextTokenizer, 'decode'>
}
