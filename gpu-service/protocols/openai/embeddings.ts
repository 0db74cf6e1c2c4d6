import { Hono } from 'hono'
import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { openaiEnvelope } from '../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../shared/http/error-handler.ts'
import { capabilityOf, offers } from '../../tasks/capabilities.ts'
import type { EmbeddingInput } from '../../tasks/feature-extraction/embedding-input.ts'
import type { Embeddings } from '../../tasks/feature-extraction/embeddings.ts'
import { isIds, tokensOf } from '../../tasks/feature-extraction/texts-or-ids.ts'
import { inputsMax } from '../../tasks/limits.ts'
import { timingOf } from '../../tasks/timing.ts'
import { writeJson } from '../../tasks/write-json.ts'
import { answerJson } from '../answer.ts'
import { callOptions } from '../call-options.ts'
import { guardPredictions } from '../prediction-guard.ts'
import { readJsonInSlices } from '../read-json-in-slices.ts'
import { askedModel, routeTo } from '../routing.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'
import { soleModel } from '../sole-model.ts'
import { embeddingList } from './embedding-list.ts'

const request = z.object({
  model: z.string().nullish(),
  input: z.unknown(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.number().int().positive().nullish(),
  prompt_name: z.string().nullish(),
})

/** OpenAI's `POST /v1/embeddings`. */
export function embeddingRoutes(parts: ServingParts, { mayBeUnnamed = false } = {}): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  const { router } = parts
  const answerError = answerErrors(openaiEnvelope, parts.metrics)
  app.post('/embeddings', guardPredictions({ parts, answerError }), async (context) => {
    const { model: named, input, encoding_format, dimensions, prompt_name } = await readJsonInSlices(context, request)
    const sole = () =>
      soleModel({ router, caller: context.get('principal'), kinds: ['embeddings'], path: '/embeddings' })
    const model = askedModel(context, named || (mayBeUnnamed && !context.get('model') ? sole() : undefined))
    const route = routeTo(context, { router, model, suits: offers('embeddings') })
    const embeddings = capabilityOf({ model, kind: 'embeddings', route })
    const options = callOptions(context)
    const inputs = await readInput({ input, promptName: prompt_name, embeddings, signal: options.signal })
    const results = await embeddings.embed({ inputs, dimensions, normalize: isCut(dimensions), options })
    const promptTokens = inputs.reduce((total, { ids }) => total + ids.length, 0)
    const vectors = results.map(({ output }) => output)
    const parts = embeddingList({ model, vectors, format: encoding_format ?? 'float', promptTokens })
    const json = await writeJson(parts, options.signal)
    return answerJson(context, { json, timing: timingOf(results), tokens: promptTokens })
  })
  return app
}

/** OpenAI's vectors have length 1. A model's own are returned as they are; truncated ones are normalised again. */
const isCut = (dimensions: number | null | undefined): true | undefined => (dimensions == null ? undefined : true)

interface ReadInput {
  input: unknown
  promptName: string | null | undefined
  embeddings: Embeddings
  signal: AbortSignal
}

/**
 * A text, token ids, or a list of either, as text-embeddings-inference accepts it. @throws AppError `invalid_request`,
 * `invalid_input`
 */
function readInput({ input, embeddings, ...how }: ReadInput): EmbeddingInput[] | Promise<EmbeddingInput[]> {
  if (typeof input === 'string') return embeddings.tokenize({ texts: [input], param: 'input', ...how })
  if (!Array.isArray(input) || input.length === 0) throw errors.invalidRequest(expected, 'input')
  if (isIds(input)) return [embeddings.accept(input, 'input')]
  if (input.length > inputsMax)
    throw errors.invalidRequest(`"input" has ${input.length} items; the limit is ${inputsMax} per request.`, 'input')
  // An empty text has the embedding of its special tokens, as in sentence-transformers.
  const strange = input.findIndex((one) => typeof one !== 'string' && !isIds(one))
  if (strange >= 0)
    throw errors.invalidRequest(`"input[${strange}]" must be a text or a list of token ids.`, `input[${strange}]`)
  return tokensOf({ embeddings, list: input, param: 'input', paramAt: (index) => `input[${index}]`, ...how })
}

const expected = '"input" must be a text, a list of token ids, or a list of either; not empty.'
