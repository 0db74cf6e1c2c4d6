import { Hono } from 'hono'
import { authenticate } from '../../shared/auth/middleware.ts'
import { errors } from '../../shared/errors.ts'
import { openaiEnvelope, pipelineEnvelope } from '../../shared/http/envelopes.ts'
import { answerErrors } from '../../shared/http/error-handler.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { servedTasks } from '../../shared/model/served-tasks.ts'
import { errorsBy } from './protocol-errors.ts'
import type { AnswerError, ServingEnvironment } from './serving-environment.ts'
import type { ServingParts } from './serving-parts.ts'

/** The routes of text generation. */
export const generationPaths = {
  openai: ['/chat/completions', '/completions', '/responses'],
  tgi: ['/generate', '/generate_stream'],
}

/** Answers that text generation is not served yet and what is, so that nobody suspects a wrong address. */
export function generationRoutes(
  { verify, metrics }: Pick<ServingParts, 'verify' | 'metrics'>,
  paths: readonly string[],
  answerError: AnswerError = answerAsRead(metrics),
): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  const guards = [errorsBy(answerError), authenticate(verify)] as const
  for (const path of paths)
    app.post(path, ...guards, (context) => {
      throw errors.generationNotServed(context.req.path, servedTasks)
    })
  return app
}

/** Hugging Face's JavaScript client calls OpenAI's routes, but shows only errors that are a string. */
function answerAsRead(metrics: Metrics): AnswerError {
  const answerOpenai = answerErrors(openaiEnvelope, metrics)
  const answerText = answerErrors(pipelineEnvelope, metrics)
  return (thrown, context) => {
    const isHuggingFace = context.req.header('user-agent')?.includes('@huggingface/inference') === true
    return (isHuggingFace ? answerText : answerOpenai)(thrown, context)
  }
}
