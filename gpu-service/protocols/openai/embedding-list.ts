import type { Embedding } from '../../tasks/feature-extraction/embedding-input.ts'
import { base64Json, floatsJson } from '../../tasks/feature-extraction/vector-json.ts'
import { listParts } from '../../tasks/write-json.ts'

interface EmbeddingList {
  model: string
  vectors: readonly Embedding[]
  format: 'float' | 'base64'
  promptTokens: number
}

/** Serialises the answer of `/v1/embeddings` in parts, because 2048 vectors of 1024 floats are 40 MB of text. */
export function* embeddingList({ model, vectors, format, promptTokens }: EmbeddingList): Generator<string, void> {
  const vectorJson = format === 'base64' ? base64Json : floatsJson
  yield '{"object":"list","data":'
  yield* listParts(
    vectors,
    (vector, index) => `{"object":"embedding","index":${index},"embedding":${vectorJson(vector)}}`,
  )
  const usage = `{"prompt_tokens":${promptTokens},"total_tokens":${promptTokens}}`
  yield `,"model":${JSON.stringify(model)},"usage":${usage}}`
}
