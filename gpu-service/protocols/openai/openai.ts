import { Hono } from 'hono'
import { authenticate } from '../../../shared/auth/middleware.ts'
import { openaiEnvelope } from '../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../shared/http/error-handler.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'
import { embeddingRoutes } from './embeddings.ts'
import { modelRoutes } from './models.ts'

/** What the OpenAI SDKs speak, under `/v1`, with OpenAI's errors. */
export function openaiRoutes(parts: ServingParts): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  app.onError(answerErrors(openaiEnvelope, parts.metrics))
  app.use(authenticate(parts.verify))
  app.route('/', modelRoutes(parts))
  app.route('/', embeddingRoutes(parts))
  return app
}
