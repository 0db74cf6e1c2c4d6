import type { BatchResult } from '../../batcher/batcher.ts'

/** A text as the model's tokens, special ones included, cut to what the model takes. */
export type Tokens = readonly number[]

/** One vector. */
export type Embedding = Float32Array<ArrayBuffer>

/** What every protocol of embeddings builds on. */
export interface Embeddings {
  dimensions: number
  /** Texts to tokens, in slices that leave the event loop free. */
  tokenize(texts: readonly string[], signal: AbortSignal): Promise<Tokens[]>
  /** Token ids that a caller made. @throws AppError `invalid_input` where one is not in the vocabulary. */
  accept(ids: readonly number[], param: string): Tokens
  submit(inputs: readonly Tokens[], signal: AbortSignal): Promise<BatchResult<Embedding>[]>
}
