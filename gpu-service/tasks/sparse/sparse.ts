import { errors } from '../../../shared/errors.ts'
import type { Batcher } from '../../batcher/batcher.ts'
import type { CallOptions } from '../../batcher/call-options.ts'
import { mapInSlices } from '../../yield-turn.ts'
import { acceptIds } from '../feature-extraction/accept-ids.ts'
import type { Embedding, EmbeddingInput } from '../feature-extraction/embedding-input.ts'
import type { Prompts } from '../feature-extraction/prompts.ts'
import type { EncodeTexts, TextInputs } from '../feature-extraction/text-inputs.ts'
import { type Answered, type Timing, timingOf } from '../timing.ts'
import type { SparseConfig } from './sparse-config.ts'

/** The words of the vocabulary that a text has a positive weight for, by id. */
export type SparseVector = { index: number; value: number }[]

/** Computes sparse vectors. */
export type Sparse = (request: SparseRequest) => Promise<Answered & { vectors: SparseVector[] }>

interface SparseRequest extends Pick<EncodeTexts, 'truncation'> {
  /** Texts, or lists of token ids. */
  inputs: readonly (string | readonly number[])[]
  promptName?: string | null | undefined
  options: CallOptions
  /** Counts the weights of other parts of the same answer; this request adds its own. */
  held?: HeldWeights | undefined
}

export interface HeldWeights {
  weights: number
}

/** The most numbers held at once for a request before they become weights: 256 MB. */
const numbersMax = 2 ** 26
/**
 * The most weights in one answer. SPLADE gives a text a few hundred; a model not trained to be sparse gives it all
 * words.
 */
const weightsMax = 2 ** 22

export function createSparse({ batcher, texts: encoder, prompts, config, words, ...limits }: SparseOptions): Sparse {
  const textsAtOnce = Math.max(1, Math.floor(numbersMax / words))
  return async ({ inputs, truncation, promptName, options, held = { weights: 0 } }) => {
    const { signal } = options
    const texts = inputs.filter((input) => typeof input === 'string')
    const encoded = (await encoder.encode({ texts, truncation, prompt: prompts.named(promptName), signal })).values()
    const tokens = inputs.map((input, index): EmbeddingInput => {
      const text = typeof input === 'string' ? encoded.next().value : undefined
      const ids = typeof input === 'string' ? [] : input
      return text ?? { ids: acceptIds({ ids, param: `inputs[${index}]`, truncation, ...limits }), wanted: 'vector' }
    })
    const total = tokens.reduce((sum, { ids }) => sum + ids.length, 0)
    // Charged as a whole, so that no part runs for a request that is refused by its total.
    const { charge, ...uncharged } = options
    charge?.(total)
    const vectors: SparseVector[] = []
    const timings: Timing[] = []
    const kept = (vector: SparseVector): SparseVector => {
      held.weights += vector.length
      if (held.weights <= weightsMax) return vector
      throw errors.invalidInput(
        `The texts have more than ${weightsMax} weights, the limit per request. Send fewer texts.`,
        'inputs',
      )
    }
    for (let from = 0; from < tokens.length; from += textsAtOnce) {
      const results = await batcher.submitAll(tokens.slice(from, from + textsAtOnce), uncharged)
      timings.push(timingOf(results))
      const map = ({ output }: { output: Embedding }) => kept(largestWeights(weightsOf(output, config), config))
      vectors.push(...(await mapInSlices({ items: results, signal, map })))
    }
    return { vectors, timing: timingOf(timings), tokens: total }
  }
}

interface SparseOptions {
  batcher: Batcher<EmbeddingInput, Embedding>
  texts: TextInputs
  prompts: Prompts
  config: SparseConfig
  /** The number of words in the graph's output. */
  words: number
  maxTokens: number
  vocabularySize: number | undefined
}

/** As sentence-transformers truncates the vectors of a repo that sets `max_active_dims`. */
function largestWeights(vector: SparseVector, { weightsMax = Number.POSITIVE_INFINITY }: SparseConfig): SparseVector {
  if (vector.length <= weightsMax) return vector
  const kept = vector.toSorted((one, other) => other.value - one.value).slice(0, weightsMax)
  return kept.sort((one, other) => one.index - other.index)
}

/** Applies log(1 + x) to the positive maxima; sums already consist of such logarithms. */
function weightsOf(words: Embedding, { pooling, logarithms }: SparseConfig): SparseVector {
  const vector: SparseVector = []
  for (const [index, number] of words.entries()) {
    if (number <= 0) continue
    // JSON would turn it into null.
    if (!Number.isFinite(number))
      throw errors.inferenceFailed('its output contains NaN or infinity, which JSON cannot express.')
    const logarithm = logarithms === 1 ? Math.log1p(number) : Math.log1p(Math.log1p(number))
    vector.push({ index, value: Math.fround(pooling === 'sum' ? number : logarithm) })
  }
  return vector
}
