import { createRoute, type RouteConfig, z } from '@hono/zod-openapi'
import { body, failuresAs, json, security } from './route-parts.ts'
import { ownerName } from './words.ts'

/** Text Embeddings Inference's protocol for the API document; `gpu-service/protocols/tei` answers it. */
const text = z.string()
const truncation = {
  truncate: z.boolean().optional(),
  truncation_direction: z.enum(['Left', 'Right', 'left', 'right']).optional(),
}
const prompted = { inputs: z.union([text, z.array(text)]), ...truncation, prompt_name: text.optional() }
const vectors = z.array(z.array(z.number()))
const classes = z.array(z.object({ label: text, score: z.number() }))

const failure = z
  .object({ error: text, error_type: text.openapi({ example: 'Validation' }) })
  .openapi('TextEmbeddingsInferenceError')

export const modelParams = z.object({ owner: ownerName, name: z.string().openapi({ example: 'all-MiniLM-L6-v2' }) })

const route = <Path extends string, Request extends z.ZodType, Answer extends z.ZodType>(
  path: Path,
  { request, answer, summary }: { request: Request; answer: Answer; summary: string },
) =>
  createRoute({
    method: 'post',
    path: `/models/{owner}/{name}/${path}` as const,
    tags: ['inference'],
    summary,
    security,
    request: { params: modelParams, ...body(request) },
    responses: { 200: json(answer, 'One answer per input, in order.'), ...failuresAs(failure) },
  })

const read = <Path extends string, Responses extends NonNullable<RouteConfig['responses']>>(
  path: Path,
  { responses, summary }: { responses: Responses; summary: string },
) =>
  createRoute({
    method: 'get',
    path: `/models/{owner}/{name}/${path}` as const,
    tags: ['inference'],
    summary,
    security,
    request: { params: modelParams },
    responses: { ...responses, ...failuresAs(failure) },
  })

const alive = { 200: { description: 'It answers or is loading. There is no body.' } }

/** The TEI routes below the base path of one model. */
export const teiRoutes = {
  teiEmbed: route('embed', {
    request: z.object({
      ...prompted,
      normalize: z.boolean().optional(),
      dimensions: z.number().int().positive().optional(),
    }),
    answer: vectors,
    summary: "Embeddings, by Text Embeddings Inference's protocol",
  }),
  teiEmbedAll: route('embed_all', {
    request: z.object(prompted),
    answer: z.array(vectors),
    summary: 'A vector for each token',
  }),
  teiEmbedSparse: route('embed_sparse', {
    request: z.object(prompted),
    answer: z.array(z.array(z.object({ index: z.number().int(), value: z.number() }))),
    summary: "Sparse embeddings, such as SPLADE's",
  }),
  teiPredict: route('predict', {
    request: z.object({ inputs: z.unknown(), ...truncation, raw_scores: z.boolean().optional() }),
    answer: z.union([classes, z.array(classes)]),
    summary: 'The classes of texts or of pairs of texts',
  }),
  teiRerank: route('rerank', {
    request: z.object({
      query: text,
      texts: z.array(text),
      ...truncation,
      raw_scores: z.boolean().optional(),
      return_text: z.boolean().optional(),
    }),
    answer: z.array(z.object({ index: z.number().int(), score: z.number(), text: text.optional() })),
    summary: 'Texts ranked by how well they answer a query',
  }),
  teiSimilarity: route('similarity', {
    request: z.object({ inputs: z.object({ source_sentence: text, sentences: z.array(text) }) }),
    answer: z.array(z.number()),
    summary: 'The cosine similarity of sentences to one sentence',
  }),
  teiTokenize: route('tokenize', {
    request: z.object({ inputs: z.union([text, z.array(text)]), add_special_tokens: z.boolean().optional() }),
    answer: z.array(z.array(z.looseObject({ id: z.number().int(), text, special: z.boolean() }))),
    summary: 'The tokens of texts',
  }),
  teiDecode: route('decode', {
    request: z.object({
      ids: z.union([z.array(z.number().int()), z.array(z.array(z.number().int()))]),
      skip_special_tokens: z.boolean().optional(),
    }),
    answer: z.array(text),
    summary: 'The texts of tokens',
  }),
  teiInvocations: route('invocations', {
    request: z.looseObject({}),
    answer: z.unknown(),
    summary:
      "SageMaker's route: the first of rerank, predict, embed_sparse and embed that the model supports; and MLflow's: `{dataframe_split}`, `{dataframe_records}`, `{instances}` or, of other models, `{inputs}`, for `{predictions}`",
  }),
  teiVertex: route('vertex', {
    request: z.object({ instances: z.array(z.looseObject({})) }),
    answer: z.object({ predictions: z.array(z.unknown()) }),
    summary: "Vertex AI's route: each instance is a request of its own, and they share runs",
  }),
  teiInfo: read('info', {
    summary: "The model and its limits, by Text Embeddings Inference's protocol",
    responses: { 200: json(z.looseObject({ model_id: text, model_sha: text.nullable() }), 'The model.') },
  }),
  teiHealth: read('health', { summary: 'Whether there is such a model', responses: alive }),
  mlflowVersion: read('version', {
    summary: 'The serving software, for clients of MLflow',
    responses: { 200: { description: 'The version of the platform, as text.' } },
  }),
  teiPing: read('ping', { summary: 'The same, for SageMaker', responses: alive }),
}
