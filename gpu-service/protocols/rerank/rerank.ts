import { type Context, Hono } from 'hono'
import { cohereEnvelope, type Envelope, openaiEnvelope } from '../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../shared/http/error-handler.ts'
import { capabilityOf } from '../../tasks/capabilities.ts'
import { listParts, writeJson } from '../../tasks/write-json.ts'
import { answerJson } from '../answer.ts'
import { callOptions } from '../call-options.ts'
import { guardPredictions } from '../prediction-guard.ts'
import { readJsonInSlices } from '../read-json-in-slices.ts'
import { askedModel, routeTo } from '../routing.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'
import { type RankedResult, rankedResults } from './ranked-results.ts'
import { readDocuments, rerankRequest } from './rerank-request.ts'

/** `POST /v1/rerank` as Jina has it, and `POST /v2/rerank` as Cohere has it: one request, one answer, two errors. */
export function rerankRoutes(parts: ServingParts): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  app.route('/v1', rerankRoute({ parts, envelope: openaiEnvelope, returnsDocuments: true }))
  app.route('/v2', rerankRoute({ parts, envelope: cohereEnvelope, returnsDocuments: false }))
  return app
}

function rerankRoute({ parts, envelope, returnsDocuments }: RerankRoute): Hono<ServingEnvironment> {
  const { router, metrics } = parts
  const app = new Hono<ServingEnvironment>()
  const guard = guardPredictions({ parts, answerError: answerErrors(envelope, metrics) })
  app.post('/rerank', guard, async (context: Context<ServingEnvironment>) => {
    const body = await readJsonInSlices(context, rerankRequest)
    const documents = readDocuments(body.documents)
    const model = askedModel(context, body.model ?? undefined)
    const rerank = capabilityOf({ model, kind: 'rerank', route: routeTo(context, { router, model }) })
    const options = callOptions(context)
    const { scores, timing, tokens } = await rerank({
      query: body.query,
      texts: documents,
      truncation: { truncate: true, direction: 'right' },
      rawScores: false,
      options,
    })
    const given = (body.return_documents ?? returnsDocuments) ? documents : undefined
    const results = rankedResults({ scores, documents: given, count: body.top_n ?? documents.length })
    const json = await writeJson(rerankAnswer({ id: context.get('requestId'), model, results, tokens }), options.signal)
    return answerJson(context, { json, timing, tokens })
  })
  return app
}

function* rerankAnswer({ id, model, results, tokens }: RerankAnswer): Generator<string, void> {
  yield `${JSON.stringify({ id, object: 'list', model }).slice(0, -1)},"results":`
  yield* listParts(results, (result) => JSON.stringify(result))
  const usage = { prompt_tokens: tokens, total_tokens: tokens }
  const meta = { api_version: { version: '2' }, tokens: { input_tokens: tokens } }
  yield `,${JSON.stringify({ usage, meta }).slice(1)}`
}

interface RerankAnswer {
  id: string | undefined
  model: string
  results: readonly RankedResult[]
  tokens: number
}

interface RerankRoute {
  parts: ServingParts
  envelope: Envelope
  /** Where the request does not say: Jina's clients expect the texts back, Cohere's do not. */
  returnsDocuments: boolean
}
