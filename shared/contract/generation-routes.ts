import { createRoute, z } from '@hono/zod-openapi'
import { oipFailure, oipParams } from './oip-routes.ts'
import { openaiFailure } from './openai.ts'
import { json, security } from './route-parts.ts'
import { modelParams } from './tei-routes.ts'

const anthropicFailure = z
  .object({
    type: z.literal('error'),
    error: z.object({ type: z.string(), message: z.string() }),
    request_id: z.string(),
  })
  .openapi('AnthropicError')

const route = <Path extends string>(
  path: Path,
  { failure = openaiFailure, params }: { failure?: z.ZodType; params?: z.ZodObject } = {},
) =>
  createRoute({
    method: 'post',
    path,
    tags: ['inference'],
    summary: 'Text generation, which is not served yet',
    security,
    request: { ...(params && { params }), body: { content: { 'application/json': { schema: z.unknown() } } } },
    responses: {
      501: json(failure, 'Says that it is not served, and what is.'),
      '4XX': json(failure, 'What is wrong, where, and how to fix it.'),
    },
  })

/** The routes of text generation. Until it is supported, each answers so in its own protocol. */
export const generationRoutes = {
  chatCompletions: route('/v1/chat/completions'),
  completions: route('/v1/completions'),
  responses: route('/v1/responses'),
  messages: route('/v1/messages', { failure: anthropicFailure }),
  messagesCountTokens: route('/v1/messages/count_tokens', { failure: anthropicFailure }),
  teiGenerate: route('/models/{owner}/{name}/generate', { params: modelParams }),
  teiGenerateStream: route('/models/{owner}/{name}/generate_stream', { params: modelParams }),
  oipGenerate: route('/v2/models/{model}/generate', { failure: oipFailure, params: oipParams }),
  oipGenerateStream: route('/v2/models/{model}/generate_stream', { failure: oipFailure, params: oipParams }),
}
