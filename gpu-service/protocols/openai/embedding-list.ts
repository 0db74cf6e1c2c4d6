import type { Embedding } from '../../tasks/feature-extraction/embeddings.ts'
import { base64Json, charactersPerNumber, floatsJson, jsonList } from '../../tasks/feature-extraction/vector-json.ts'
import type { JsonText } from '../../tasks/task.ts'

export interface EmbeddingList {
  model: string
  vectors: readonly Embedding[]
  format: 'float' | 'base64'
  promptTokens: number
}

/** The answer of `/v1/embeddings`: in pieces where it is long, 2048 vectors of 1024 floats are 40 MB of text. */
export function embeddingList({ model, vectors, format, promptTokens }: EmbeddingList): JsonText {
  const vectorJson = format === 'base64' ? base64Json : floatsJson
  const usage = `{"prompt_tokens":${promptTokens},"total_tokens":${promptTokens}}`
  return jsonList({
    start: '{"object":"list","data":[',
    items: vectors,
    write: (vector, index) => `{"object":"embedding","index":${index},"embedding":${vectorJson(vector)}}`,
    end: `],"model":${JSON.stringify(model)},"usage":${usage}}`,
    aboutLength: vectors.length * (vectors[0]?.length ?? 0) * (format === 'base64' ? 5.4 : charactersPerNumber),
  })
}
