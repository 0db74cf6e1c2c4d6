import { readEmbeddingParameters } from '../feature-extraction/parameters.ts'
import { readTexts } from '../feature-extraction/read-texts.ts'
import type { JsonText, TaskService } from '../task.ts'
import { answersJson } from '../write-json.ts'
import type { Sparse, SparseVector } from './sparse.ts'

/** `{inputs: text or texts}` to `[[{index, value}]]`, a list per text. */
export const sparsePipeline =
  (sparse: Sparse): TaskService['pipeline'] =>
  async ({ inputs, parameters, options }) => {
    const { truncation, promptName } = readEmbeddingParameters(parameters)
    const { vectors, ...about } = await sparse({ inputs: readTexts(inputs), truncation, promptName, options })
    return { json: await sparseJson(vectors, options.signal), ...about }
  }

export const sparseJson = (vectors: readonly SparseVector[], signal: AbortSignal): JsonText | Promise<JsonText> =>
  answersJson({ items: vectors, isList: true, write: (vector) => JSON.stringify(vector), signal })
