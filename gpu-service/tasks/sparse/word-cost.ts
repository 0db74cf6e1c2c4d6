import type { TensorSignature } from '../../../shared/contract/repo.ts'
import type { ModelDevice } from '../../../shared/model/precision.ts'

/** A CPU is fastest at a few hundred tokens per run. */
const costMax = { cpu: 384, cuda: 2048 }
/** A run holds a number for every word at every token, up to three times over: 64 and 256 MB each. */
const logitsMax = { cpu: 2 ** 24, cuda: 2 ** 26 }
/** More than most models have: if the size is unknown, runs are short rather than gigabytes large. */
const wordsAtMost = 2 ** 18

/** The most tokens per run of a graph with a number for every word at each, whatever outputs are requested. */
export function wordCostMax({ device, ...sizes }: WordCost): number {
  const tokensMax = Math.floor(logitsMax[device] / wordCount(sizes))
  return Math.max(1, Math.min(costMax[device], tokensMax))
}

interface WordCost extends VocabularySizes {
  device: ModelDevice
}

/** The number of words in a graph's output, or an upper bound if it is unknown. */
export function wordCount({ logits, vocabularySize }: VocabularySizes): number {
  // The graph decides: the config next to it may belong to another model.
  const words = [logits.shape?.at(-1), vocabularySize].find((count) => typeof count === 'number' && count > 0)
  return Number(words ?? wordsAtMost)
}

interface VocabularySizes {
  /** The graph's output. */
  logits: Pick<TensorSignature, 'shape'>
  /** From the config, for a graph that leaves the size open. */
  vocabularySize: number | undefined
}
