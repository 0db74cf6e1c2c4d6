import { errors } from '../../../shared/errors.ts'
import { mapInSlices } from '../in-slices.ts'
import { inputsMax } from '../limits.ts'
import { type TaskService, timingOf } from '../task.ts'
import type { Embedding, Embeddings } from './embeddings.ts'
import type { PoolingConfig } from './pooling-config.ts'

/** `{inputs: text or texts, normalize?}` to `[[numbers]]`, a row per text. */
export function embeddingPipeline({ embeddings, pooling }: EmbeddingPipeline): TaskService['pipeline'] {
  return async ({ inputs, parameters, options }) => {
    const { signal } = options
    const texts = readTexts(inputs)
    const normalize = readNormalize(parameters.normalize, pooling)
    const results = await embeddings.submit(await embeddings.tokenize(texts, signal), options)
    const vectors = results.map(({ output }) => (normalize ? unit(output) : output))
    const rows = await mapInSlices({ items: vectors, signal, map: (vector) => JSON.stringify(Array.from(vector)) })
    return { json: `[${rows.join(',')}]`, timing: timingOf(results) }
  }
}

interface EmbeddingPipeline {
  embeddings: Embeddings
  pooling: PoolingConfig
}

function readTexts(inputs: unknown): string[] {
  const texts: unknown[] = Array.isArray(inputs) ? inputs : [inputs]
  if (texts.length === 0) throw errors.invalidInput('"inputs" is empty: send at least one text.', 'inputs')
  if (texts.length > inputsMax)
    throw errors.invalidInput(`"inputs" has ${texts.length} texts; the limit is ${inputsMax} per request.`, 'inputs')
  return texts.map((text, index) => {
    if (typeof text === 'string') return text
    const param = Array.isArray(inputs) ? `inputs[${index}]` : 'inputs'
    throw errors.invalidInput(`"${param}" must be a text.`, param)
  })
}

/** Asked for by the caller, for a model that does not do it by itself. */
function readNormalize(normalize: unknown, pooling: PoolingConfig): boolean {
  if (normalize === undefined || normalize === null) return false
  if (typeof normalize !== 'boolean') throw errors.invalidInput('"normalize" must be true or false.', 'normalize')
  if (!normalize && pooling.normalize)
    throw errors.invalidInput('"normalize" cannot be false: the model normalises its vectors itself.', 'normalize')
  return normalize
}

/** A vector at length 1. */
export function unit(vector: Embedding): Embedding {
  const length = Math.sqrt(vector.reduce((total, value) => total + value * value, 0))
  return length === 0 ? vector : vector.map((value) => value / length)
}
