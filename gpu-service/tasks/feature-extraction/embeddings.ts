import { errors } from '../../../shared/errors.ts'
import type { Batcher } from '../../batcher/batcher.ts'
import type { CallOptions } from '../../batcher/call-options.ts'
import type { BatchResult } from '../../batcher/item-queue.ts'
import type { Truncation } from '../text/truncation.ts'
import { acceptIds } from './accept-ids.ts'
import type { Embedding, EmbeddingInput } from './embedding-input.ts'
import { unit } from './pool-in-service.ts'
import type { Prompts } from './prompts.ts'
import type { TextInputs } from './text-inputs.ts'

export interface EmbeddingRequest {
  inputs: readonly EmbeddingInput[]
  /** Whether vectors have length 1. @default as the model returns them */
  normalize?: boolean | null | undefined
  /** Truncates vectors to this many dimensions; normalised ones are normalised again. @default as the repo sets */
  dimensions?: number | null | undefined
  options: CallOptions
}

/** What all embedding protocols build on. */
export interface Embeddings {
  prompts: Prompts
  /** Tokenises texts after a prompt, yielding to the event loop. @throws AppError `invalid_input` */
  tokenize(request: TokenizeTexts): Promise<EmbeddingInput[]>
  /**
   * Validates token ids sent by a caller, special ones included. @throws AppError `invalid_input` naming the item at
   * fault.
   */
  accept(ids: readonly number[], param: string, truncation?: Truncation): EmbeddingInput
  /** @throws AppError `invalid_input` if the model cannot return such vectors */
  embed(request: EmbeddingRequest): Promise<BatchResult<Embedding>[]>
  /** Returns the vectors of each text's tokens, special ones included. */
  embedTokens(request: Pick<EmbeddingRequest, 'inputs' | 'options'>): Promise<BatchResult<Embedding>[]>
}

export interface TokenizeTexts {
  texts: readonly string[]
  promptName?: string | null | undefined
  truncation?: Truncation | undefined
  /** The request's name for its texts, for error messages. */
  param?: string
  /** What is computed of them. @default their vectors */
  wanted?: EmbeddingInput['wanted'] | undefined
  signal: AbortSignal
}

export interface EmbeddingsOptions {
  batcher: Batcher<EmbeddingInput, Embedding>
  texts: TextInputs
  prompts: Prompts
  maxTokens: number
  /** The model has no embeddings for ids from here on. */
  vocabularySize: number | undefined
  /** Whether the model returns normalised vectors, and whether it also offers them without. */
  normalizes: boolean
  hasRaw: boolean
  hasTokens: boolean
  /** The number of dimensions to which the repo truncates vectors, not normalised again, if any. */
  truncatesTo?: number | undefined
  /** The lengths of a text's vector and of a token's, if known. */
  width: { text?: number | undefined; token?: number | undefined }
}

/** The most numbers in the token vectors of one request, all of which are in memory at once. */
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
          '"normalize" cannot be false: the graph of this model normalises its vectors.',
          'normalize',
        )
      const results = await batcher.submitAll(
        isRaw ? inputs.map((input) => ({ ...input, wanted: 'raw' })) : inputs,
        options,
      )
      assertDimensions(dimensions, results[0]?.output.length)
      const length = dimensions ?? made.truncatesTo ?? Number.POSITIVE_INFINITY
      const isUnit = normalize ?? (made.normalizes && length === dimensions)
      const change = (vector: Embedding): Embedding => {
        const isCut = length < vector.length
        const cut = isCut ? vector.subarray(0, length) : vector
        return isUnit && (isCut || !made.normalizes) ? unit(cut) : cut
      }
      for (const result of results) result.output = change(result.output)
      return results
    },

    async embedTokens({ inputs, options }) {
      if (!made.hasTokens)
        throw errors.invalidInput('This model returns one vector per text and none per token.', 'inputs')
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
