import { largest } from '../text/largest.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { listParts, type Written } from '../write-json.ts'

/** Which tokens are wanted for the masks of a text. */
export interface Wanted {
  topK: number
  /** Restricts the answer to these tokens, if given. */
  targets: readonly number[] | undefined
}

/** A token for a mask, with its probability. */
export interface Candidate {
  token: number
  score: number
}

/** Returns the most probable tokens of one mask from its logits. */
export function candidatesOf(logits: ArrayLike<number>, { topK, targets }: Wanted): Candidate[] {
  const probabilityOf = softmaxOf(logits)
  const found = targets === undefined ? largest(logits, topK) : mostProbable({ targets, logits, topK })
  return found.map((token) => ({ token, score: probabilityOf(token) }))
}

/** Computes softmax values on demand rather than all: a vocabulary may have 250,000 tokens. */
function softmaxOf(logits: ArrayLike<number>): (token: number) => number {
  let highest = Number.NEGATIVE_INFINITY
  for (let token = 0; token < logits.length; token++) highest = Math.max(highest, logits[token] ?? 0)
  let total = 0
  for (let token = 0; token < logits.length; token++) total += Math.exp((logits[token] ?? 0) - highest)
  return (token) => Math.exp((logits[token] ?? Number.NaN) - highest) / total
}

function mostProbable({ targets, logits, topK }: MostProbable): number[] {
  const among = targets.map((id) => logits[id] ?? Number.NEGATIVE_INFINITY)
  return largest(among, topK).map((index) => targets[index] ?? 0)
}

interface MostProbable {
  targets: readonly number[]
  logits: ArrayLike<number>
  topK: number
}

/** `[{score, token, token_str, sequence}]`, or a list of those if a text has several masks. */
export function candidatesJson({ ids, masks, candidates, tokenizer }: MaskCandidates): Written {
  const ofMask = (position: number, mask: number) =>
    listParts(candidates[mask] ?? [], ({ token, score }) =>
      JSON.stringify({
        score,
        token,
        token_str: tokenizer.decode([token], false),
        // With several masks, the other masks stay visible.
        sequence: tokenizer.decode(ids.with(position, token), masks.length === 1),
      }),
    )
  const [only, ...others] = masks
  return only !== undefined && others.length === 0 ? ofMask(only, 0) : listParts(masks, ofMask)
}

interface MaskCandidates {
  ids: readonly number[]
  /** The positions of the masks. */
  masks: readonly number[]
  /** For each mask. */
  candidates: readonly (readonly Candidate[])[]
  tokenizer: Pick<TextTokenizer, 'decode'>
}
