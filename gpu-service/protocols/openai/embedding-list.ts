import { errors } from '../../../shared/errors.ts'
import type { Embedding } from '../../tasks/feature-extraction/embeddings.ts'
import { unit } from '../../tasks/feature-extraction/pipeline.ts'
import { mapInSlices } from '../../tasks/in-slices.ts'

export interface EmbeddingList {
  model: string
  vectors: readonly Embedding[]
  format: 'float' | 'base64'
  /** Keep the first of them and bring the vector to length 1 again. */
  dimensions: number | null | undefined
  promptTokens: number
  signal: AbortSignal
}

/** The answer of `/v1/embeddings` as JSON text, written in slices: 2048 vectors of floats take a tenth of a second. */
export async function embeddingList(list: EmbeddingList): Promise<string> {
  const { model, vectors, format, dimensions, promptTokens, signal } = list
  const write = format === 'base64' ? base64 : floats
  const data = await mapInSlices({
    items: vectors,
    signal,
    map: (vector, index) =>
      `{"object":"embedding","index":${index},"embedding":${write(shortened(vector, dimensions))}}`,
  })
  const usage = `{"prompt_tokens":${promptTokens},"total_tokens":${promptTokens}}`
  return `{"object":"list","data":[${data.join(',')}],"model":${JSON.stringify(model)},"usage":${usage}}`
}

/** Little-endian float32, which is what the OpenAI SDKs decode. */
const base64 = ({ buffer, byteOffset, byteLength }: Embedding): string =>
  `"${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}"`

const floats = (vector: Embedding): string => JSON.stringify(Array.from(vector))

function shortened(vector: Embedding, dimensions: number | null | undefined): Embedding {
  if (dimensions === undefined || dimensions === null || dimensions === vector.length) return vector
  if (dimensions > vector.length)
    throw errors.invalidRequest(`"dimensions" is ${dimensions}; the model has ${vector.length}.`, 'dimensions')
  return unit(vector.subarray(0, dimensions))
}
