import { errors } from '../../../shared/errors.ts'
import type { Batcher } from '../../batcher/batcher.ts'
import type { CallOptions } from '../../batcher/call-options.ts'
import type { BatchResult } from '../../batcher/item-queue.ts'
import type { Truncation } from '../capabilities.ts'
import { acceptIds } from './accept-ids.ts'
import { unit } from './pool-outside.ts'
import type { Prompts } from './prompts.ts'
import type { TextInputs } from './text-inputs.ts'

/** A text as the model's tokens, special ones included, cut to what the model takes. */
export type Tokens = readonly number[]

/** One vector, or those of a text's tokens one behind the other. */
export type Embedding = Float32Array<ArrayBuffer>

export interface EmbeddingInput {
  ids: Tokens
  /** How many tokens at the start are a prompt's that does not count in the vector. */
  skipped?: number
  /** A text's vector, the same before it is brought to length 1, or its tokens' vectors. */
  wanted: 'vector' | 'raw' | 'tokens'
}

export interface EmbeddingRequest {
  inputs: readonly EmbeddingInput[]
  /** Whether vectors have the length 1. By default they are as the model gives them. */
  normalize?: boolean | null | undefined
  /** Keep the first of them. What the model gives at length 1 is at length 1 again. */
  dimensions?: number | null | undefined
  options: CallOptions
}

/** What every protocol of embeddings builds on. */
export interface Embeddings {
  prompts: Prompts
  /** Texts to tokens behind a prompt, in slices that leave the event loop free. @throws AppError `invalid_input` */
  tokenize(request: TokenizeTexts): Promise<EmbeddingInput[]>
  /** Token ids that a caller made, special ones included. @throws AppError `invalid_input` naming the one at fault. */
  accept(ids: readonly number[], param: string, truncation?: Truncation): EmbeddingInput
  /** @throws AppError `invalid_input` where the model cannot give such vectors */
  embed(request: EmbeddingRequest): Promise<BatchResult<Embedding>[]>
  /** The vectors of each text's tokens, special ones included. */
  embedTokens(request: Pick<EmbeddingRequest, 'inputs' | 'options'>): Promise<BatchResult<Embedding>[]>
}

export interface TokenizeTexts {
  texts: readonly string[]
  promptName?: string | null | undefined
  truncation?: Truncation | undefined
  /** What the request calls its texts, for messages. */
  param?: string
  signal: AbortSignal
}

export interface EmbeddingsOptions {
  batcher: Batcher<EmbeddingInput, Embedding>
  texts: TextInputs
  prompts: Prompts
  maxTokens: number
  /** Ids from here on are not the model's. */
  vocabularySize: number | undefined
  /** Whether the model gives vectors at length 1, and whether it can be asked for them as they were before. */
  normalizes: boolean
  hasRaw: boolean
  hasTokens: boolean
  /** Of a text's vector and of a token's, where they are known. */
  width: { text?: number | undefined; token?: number | undefined }
}

/** How many numbers one request may have of token vectors, which are all held at once. */
const tokenNumbersMax = 16_000_000

export function createEmbeddings(made: EmbeddingsOptions): Embeddings {
  const { batcher, texts, prompts, maxTokens, vocabularySize, width } = made
  return {
    prompts,
    tokenize: ({ promptName, ...request }) => texts.encode({ ...request, prompt: prompts.named(promptName) }),
    accept: (ids, param, truncation) => ({
      ids: acceptIds({ ids, param, maxTokens, vocabularySize, truncation }),
      wanted: 'vector',
    }),

    async embed({ inputs, normalize, dimensions, options }) {
      assertDimensions(dimensions, width.text)
      const isRaw = normalize === false && made.normalizes
      if (isRaw && !made.hasRaw)
        throw errors.invalidInput(
          '"normalize" cannot be false: the file of the model normalises by itself.',
          'normalize',
        )
      const results = await batcher.submitAll(
        isRaw ? inputs.map((input) => ({ ...input, wanted: 'raw' })) : inputs,
        options,
      )
      assertDimensions(dimensions, results[0]?.output.length)
      const isUnit = normalize ?? made.normalizes
      const change = (vector: Embedding): Embedding => {
        const isCut = dimensions !== undefined && dimensions !== null && dimensions < vector.length
        const cut = isCut ? vector.subarray(0, dimensions) : vector
        return isUnit && (isCut || !made.normalizes) ? unit(cut) : cut
      }
      for (const result of results) result.output = change(result.output)
      return results
    },

    async embedTokens({ inputs, options }) {
      if (!made.hasTokens)
        throw errors.invalidInput('The file of the model gives one vector per text, and none per token.', 'inputs')
      const numbers = inputs.reduce((total, { ids }) => total + ids.length, 0) * (width.token ?? 1024)
      if (numbers > tokenNumbersMax)
        throw errors.invalidInput(
          `The token vectors of this request are ${numbers} numbers; the limit is ${tokenNumbersMax}. Send fewer texts.`,
          'inputs',
        )
      return batcher.submitAll(
        inputs.map((input) => ({ ...input, wanted: 'tokens' })),
        options,
      )
    },
  }
}

function assertDimensions(dimensions: number | null | undefined, width: number | undefined): void {
  if (dimensions === undefined || dimensions === null || width === undefined || dimensions <= width) return
  throw errors.invalidRequest(`"dimensions" is ${dimensions}; the model has ${width}.`, 'dimensions')
}
