import type { Truncation } from '../text/truncation.ts'
import type { EmbeddingInput } from './embedding-input.ts'
import type { Embeddings } from './embeddings.ts'

/** An input of an embedding request: a text, or its tokens. */
export type TextOrIds = string | number[]

/** Not a schema, which would take as long for half a million numbers as all other work on them. */
export const isIds = (input: unknown): input is number[] =>
  Array.isArray(input) && input.length > 0 && input.every((one) => typeof one === 'number')

/** Tokenises texts and validates lists of token ids. @throws AppError `invalid_input` */
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
  /** The request's names for the list and for one of its items, for error messages. */
  param: string
  paramAt: (index: number) => string
  promptName: string | null | undefined
  truncation?: Truncation
  wanted?: EmbeddingInput['wanted'] | undefined
  signal: AbortSignal
}
