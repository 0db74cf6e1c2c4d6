import { type Context, Hono } from 'hono'
import { cohereEnvelope, type Envelope, openaiEnvelope } from '../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../shared/http/error-handler.ts'
import { guardPredictions } from '../prediction-guard.ts'
import { readJsonInSlices } from '../read-json-in-slices.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'
import { answerRerank } from './answer-rerank.ts'
import { rerankRequest } from './rerank-request.ts'

/** `POST /v1/rerank` of Jina and Voyage, and `POST /v2/rerank` of Cohere: the same request, different errors. */
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
    return answerRerank(context, { body, router, object: 'list', returnsDocuments })
  })
  return app
}

interface RerankRoute {
  parts: ServingParts
  envelope: Envelope
  /** The default, since Jina's clients expect the texts back and Cohere's do not. */
  returnsDocuments: boolean
}
