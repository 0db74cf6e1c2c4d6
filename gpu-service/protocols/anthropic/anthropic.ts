import type { Hono } from 'hono'
import { anthropicEnvelope } from '../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../shared/http/error-handler.ts'
import { generationRoutes } from '../generation.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'

export const anthropicPaths = ['/messages', '/messages/count_tokens']

/** Anthropic's routes under `/v1`, with its errors. */
export const anthropicRoutes = (parts: ServingParts): Hono<ServingEnvironment> =>
  generationRoutes(parts, anthropicPaths, answerErrors(anthropicEnvelope, parts.metrics))
