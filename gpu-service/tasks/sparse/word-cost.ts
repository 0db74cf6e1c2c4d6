import type { TensorSignature } from '../../../shared/contract/repo.ts'
import type { ModelDevice } from '../../../shared/model/precision.ts'

/** A CPU is fastest at a few hundred tokens per run. */
const costMax = { cpu: 384, cuda: 2048 }
/** A run holds a number for every word at every token, some three times over: 64 and 256 MB each time. */
const logitsMax = { cpu: 2 ** 24, cuda: 2 ** 26 }
/** More than most models know. Where nobody says how many there are, a run is short, and not of gigabytes. */
const wordsAtMost = 2 ** 18

/** How many tokens may run together through a graph with a number for every word at each, whatever is asked of it. */
export function wordCostMax({ device, ...said }: WordCost): number {
  const tokensMax = Math.floor(logitsMax[device] / wordCount(said))
  return Math.max(1, Math.min(costMax[device], tokensMax))
}

interface WordCost extends SaidOfWords {
  device: ModelDevice
}

/** How many words a graph has a number for, or the most that one may have where nobody says. */
export function wordCount({ logits, vocabularySize }: SaidOfWords): number {
  // The graph makes the numbers: a config beside it may be that of another model.
  const words = [logits.shape?.at(-1), vocabularySize].find((count) => typeof count === 'number' && count > 0)
  return Number(words ?? wordsAtMost)
}

interface SaidOfWords {
  /** The output of the graph. */
  logits: Pick<TensorSignature, 'shape'>
  /** What the config says, for a graph that leaves it open. */
  vocabularySize: number | undefined
}
