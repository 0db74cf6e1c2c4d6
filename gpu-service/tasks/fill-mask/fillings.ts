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
    const own = logits[mask] ?? []
    const shareOf = sharer(own)
    const found = targets === undefined ? largest(own, topK) : likeliest({ targets, logits: own, topK })
    return found.map((token) => ({
      score: shareOf(token),
      token,
      token_str: tokenizer.decode([token], false),
      // With several masks the others have to stay visible.
      sequence: tokenizer.decode(ids.with(position, token), masks.length === 1),
    }))
  })
}

/** The softmax of the tokens that are asked for, without one of all: a vocabulary may have a quarter of a million. */
function sharer(logits: ArrayLike<number>): (token: number) => number {
  let highest = Number.NEGATIVE_INFINITY
  for (let token = 0; token < logits.length; token++) highest = Math.max(highest, logits[token] ?? 0)
  let total = 0
  for (let token = 0; token < logits.length; token++) total += Math.exp((logits[token] ?? 0) - highest)
  return (token) => Math.exp((logits[token] ?? Number.NaN) - highest) / total
}

function likeliest({ targets, logits, topK }: Likeliest): number[] {
  const among = targets.map((id) => logits[id] ?? Number.NEGATIVE_INFINITY)
  return largest(among, topK).map((index) => targets[index] ?? 0)
}

interface Likeliest {
  targets: readonly number[]
  logits: ArrayLike<number>
  topK: number
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
