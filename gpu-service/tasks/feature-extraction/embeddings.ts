import { errors } from '../../../shared/errors.ts'
import type { Batcher } from '../../batcher/batcher.ts'
import type { CallOptions } from '../../batcher/call-options.ts'
import type { BatchResult } from '../../batcher/item-queue.ts'
import { mapInSlices } from '../in-slices.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'

/** A text as the model's tokens, special ones included, cut to what the model takes. */
export type Tokens = readonly number[]

/** One vector. */
export type Embedding = Float32Array<ArrayBuffer>

/** What every protocol of embeddings builds on. */
export interface Embeddings {
  /** Texts to tokens, in slices that leave the event loop free. */
  tokenize(texts: readonly string[], signal: AbortSignal): Promise<Tokens[]>
  /** Token ids that a caller made, special ones included. @throws AppError `invalid_input` naming the one at fault. */
  accept(ids: readonly number[], param: string): Tokens
  submit(inputs: readonly Tokens[], options: CallOptions): Promise<BatchResult<Embedding>[]>
}

export interface EmbeddingsOptions {
  batcher: Batcher<Tokens, Embedding>
  tokenizer: TextTokenizer
  maxTokens: number
  /** Ids from here on are not the model's. */
  vocabularySize: number | undefined
}

export function createEmbeddings({ batcher, tokenizer, maxTokens, vocabularySize }: EmbeddingsOptions): Embeddings {
  return {
    submit: (inputs, options) => batcher.submitAll(inputs, options),
    tokenize: (texts, signal) =>
      mapInSlices({ items: texts, signal, map: (text) => tokenizer.encode(text, maxTokens) }),
    accept(ids, param) {
      if (ids.length === 0) throw errors.invalidInput(`"${param}" holds no tokens.`, param)
      if (ids.length > maxTokens)
        throw errors.invalidInput(`"${param}" has ${ids.length} tokens; the model takes at most ${maxTokens}.`, param)
      const wrong = ids.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= (vocabularySize ?? 2 ** 31))
      if (wrong >= 0)
        throw errors.invalidInput(
          `"${param}[${wrong}]" is ${ids[wrong]}, which is not a token id of this model${vocabularySize === undefined ? '' : ` (0 to ${vocabularySize - 1})`}.`,
          `${param}[${wrong}]`,
        )
      return ids
    },
  }
}
