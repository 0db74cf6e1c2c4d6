import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { parseWith } from '../../../shared/http/json-body.ts'
import { inputsMax } from '../limits.ts'
import { type PipelineAnswer, type PipelineRequest, type TaskService, timingOf } from '../task.ts'
import type { Embeddings } from './embeddings.ts'
import { similarity, similarityInputs } from './similarity.ts'
import { base64Json, charactersPerNumber, floatsJson, jsonList } from './vector-json.ts'

const truncationParameters = {
  truncate: z.boolean().nullish(),
  truncation_direction: z.enum(['left', 'right', 'Left', 'Right']).nullish(),
}
const embeddingParameters = z.looseObject({
  ...truncationParameters,
  prompt_name: z.string().nullish(),
  normalize: z.boolean().nullish(),
  dimensions: z.number().int().positive().nullish(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
})

/** `{inputs: text or texts}` to `[[numbers]]`, a row per text; `{inputs: {source_sentence, sentences}}` to cosines. */
export const embeddingPipeline =
  (embeddings: Embeddings): TaskService['pipeline'] =>
  async (request) =>
    isSimilarity(request.inputs) ? answerSimilarity(embeddings, request) : answerVectors(embeddings, request)

async function answerVectors(embeddings: Embeddings, request: PipelineRequest): Promise<PipelineAnswer> {
  const { options, parameters } = request
  const asked = parseWith(embeddingParameters, parameters)
  const texts = readTexts(request.inputs)
  const inputs = await embeddings.tokenize({
    texts,
    promptName: asked.prompt_name,
    truncation: truncationOf(asked),
    param: 'inputs',
    signal: options.signal,
  })
  const { normalize, dimensions } = asked
  const results = await embeddings.embed({ inputs, normalize, dimensions, options })
  const vectors = results.map(({ output }) => output)
  const json = jsonList({
    start: '[',
    items: vectors,
    write: asked.encoding_format === 'base64' ? base64Json : floatsJson,
    end: ']',
    aboutLength: vectors.length * (vectors[0]?.length ?? 0) * charactersPerNumber,
  })
  return { json, timing: timingOf(results), tokens: inputs.reduce((total, { ids }) => total + ids.length, 0) }
}

async function answerSimilarity(embeddings: Embeddings, request: PipelineRequest): Promise<PipelineAnswer> {
  const { prompt_name: promptName, ...asked } = parseWith(embeddingParameters, request.parameters)
  const { inputs } = parseWith(z.object({ inputs: similarityInputs }), { inputs: request.inputs })
  const truncation = truncationOf(asked)
  const { scores, ...about } = await similarity({
    embeddings,
    inputs,
    promptName,
    truncation,
    options: request.options,
  })
  return { json: JSON.stringify(scores), ...about }
}

const isSimilarity = (inputs: unknown): boolean =>
  typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs)

/** What is not said is left to the model's own way. */
function truncationOf({ truncate, truncation_direction }: z.output<z.ZodObject<typeof truncationParameters>>) {
  return {
    truncate: truncate ?? true,
    direction: truncation_direction?.toLowerCase() === 'left' ? ('left' as const) : ('right' as const),
  }
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
