import type { Truncation } from '../capabilities.ts'
import type { EmbeddingInput, Embeddings } from './embeddings.ts'

/** What is to be embedded, as a protocol has it: a text, or the tokens that its caller made of one. */
export type TextOrIds = string | number[]

/** Not by a schema, which takes as long for half a million numbers as all else that is done with them. */
export const isIds = (input: unknown): input is number[] =>
  Array.isArray(input) && input.length > 0 && input.every((one) => typeof one === 'number')

/** Texts are turned into tokens; lists of token ids are taken as they are. @throws AppError `invalid_input` */
export async function tokensOf({ embeddings, list, param, paramAt, ...how }: TokensOf): Promise<EmbeddingInput[]> {
  const texts = list.filter((input) => typeof input === 'string')
  const encoded = (await embeddings.tokenize({ ...how, texts, param })).values()
  return list.map((input, index) =>
    typeof input === 'string'
      ? (encoded.next().value ?? embeddings.accept([], param))
      : embeddings.accept(input, paramAt(index), how.truncation),
  )
}

export interface TokensOf {
  embeddings: Embeddings
  list: readonly TextOrIds[]
  /** What the request calls the list, and one of it, for messages. */
  param: string
  paramAt: (index: number) => string
  promptName: string | null | undefined
  truncation?: Truncation
  signal: AbortSignal
}
