/** The token ids of a text, special ones included, truncated to the model's limit. */
export type Tokens = readonly number[]

/** One vector, or the concatenated vectors of a text's tokens. */
export type Embedding = Float32Array<ArrayBuffer>

export interface EmbeddingInput {
  ids: Tokens
  /** The number of prompt tokens at the start that pooling leaves out. */
  skipped?: number
  /** The vector of the text, the same before normalisation, or the vectors of its tokens. */
  wanted: 'vector' | 'raw' | 'tokens'
}
