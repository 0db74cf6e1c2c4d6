import { readEmbeddingParameters } from '../feature-extraction/parameters.ts'
import { readTexts } from '../feature-extraction/read-texts.ts'
import { jsonList } from '../feature-extraction/vector-json.ts'
import type { JsonText, TaskService } from '../task.ts'
import type { Sparse, SparseVector } from './sparse.ts'

/** `{inputs: text or texts}` to `[[{index, value}]]`, a list per text. */
export const sparsePipeline =
  (sparse: Sparse): TaskService['pipeline'] =>
  async ({ inputs, parameters, options }) => {
    const { truncation, promptName } = readEmbeddingParameters(parameters)
    const { vectors, ...about } = await sparse({ inputs: readTexts(inputs), truncation, promptName, options })
    return { json: sparseJson(vectors), ...about }
  }

/** In pieces where it is long. */
export const sparseJson = (vectors: readonly SparseVector[]): JsonText =>
  jsonList({
    start: '[',
    items: vectors,
    write: (vector) => JSON.stringify(vector),
    end: ']',
    aboutLength: vectors.reduce((total, { length }) => total + length, 0) * 45,
  })
