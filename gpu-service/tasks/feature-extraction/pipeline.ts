import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import type { PipelineAnswer, PipelineRequest, TaskService } from '../task.ts'
import { timingOf } from '../timing.ts'
import { answersJson } from '../write-json.ts'
import type { Embeddings } from './embeddings.ts'
import { parseInput, readEmbeddingParameters } from './parameters.ts'
import { readTexts } from './read-texts.ts'
import { similarity, similarityInputs } from './similarity.ts'
import { base64Json, floatsJson } from './vector-json.ts'

/** `{inputs: text or texts}` to `[[numbers]]`, a row per text; `{inputs: {source_sentence, sentences}}` to cosines. */
export const embeddingPipeline =
  (embeddings: Embeddings): TaskService['pipeline'] =>
  async (request) =>
    isSimilarity(request.inputs) ? answerSimilarity(embeddings, request) : answerVectors(embeddings, request)

async function answerVectors(embeddings: Embeddings, request: PipelineRequest): Promise<PipelineAnswer> {
  const { options, parameters } = request
  const { truncation, promptName, normalize, dimensions, encoding_format } = readEmbeddingParameters(parameters)
  const texts = readTexts(request.inputs)
  const inputs = await embeddings.tokenize({
    texts,
    promptName,
    truncation,
    param: 'inputs',
    signal: options.signal,
  })
  const results = await embeddings.embed({ inputs, normalize, dimensions, options })
  const json = await answersJson({
    items: results.map(({ output }) => output),
    isList: true,
    write: encoding_format === 'base64' ? base64Json : floatsJson,
    signal: options.signal,
  })
  return { json, timing: timingOf(results), tokens: inputs.reduce((total, { ids }) => total + ids.length, 0) }
}

async function answerSimilarity(embeddings: Embeddings, request: PipelineRequest): Promise<PipelineAnswer> {
  const { truncation, promptName } = readEmbeddingParameters(request.parameters)
  const { inputs } = parseInput(z.object({ inputs: similarityInputs }), { inputs: request.inputs })
  const { scores, ...about } = await similarity({
    embeddings,
    inputs,
    promptName,
    truncation,
    options: request.options,
  })
  return { json: JSON.stringify(scores), ...about }
}

function isSimilarity(inputs: unknown): boolean {
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) return false
  if ('source_sentence' in inputs || 'sentences' in inputs) return true
  throw errors.invalidInput(
    '"inputs" must be a text, a list of texts, or {"source_sentence": "…", "sentences": ["…"]}.',
    'inputs',
  )
}
