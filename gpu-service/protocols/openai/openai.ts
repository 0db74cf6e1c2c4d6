import { Hono } from 'hono'
import { authenticate } from '../../../shared/auth/middleware.ts'
import { openaiEnvelope } from '../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../shared/http/error-handler.ts'
import { generationPaths, generationRoutes } from '../generation.ts'
import { errorsBy } from '../protocol-errors.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'
import { embeddingRoutes } from './embeddings.ts'
import { modelRoutes } from './models.ts'

/** OpenAI's routes under `/v1`, with its errors. */
export function openaiRoutes(parts: ServingParts): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  app.route('/', embeddingRoutes(parts))
  app.use(errorsBy(answerErrors(openaiEnvelope, parts.metrics)), authenticate(parts.verify))
  app.route('/', modelRoutes(parts))
  app.route('/', generationRoutes(parts, generationPaths.openai))
  return app
}

/** The paths without `/v1`, as text-embeddings-inference has them, and those of text-generation-inference. */
export function openaiAliases(parts: ServingParts): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  app.route('/', embeddingRoutes(parts, { mayBeUnnamed: true }))
  app.use('/embeddings', errorsBy(answerErrors(openaiEnvelope, parts.metrics)), authenticate(parts.verify))
  app.route('/', generationRoutes(parts, generationPaths.tgi))
  return app
}

/** The paths of `openaiAliases` at the root. */
export const openaiAliasPaths = ['/embeddings', ...generationPaths.tgi]
