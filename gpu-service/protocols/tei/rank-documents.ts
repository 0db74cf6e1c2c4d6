import type { Context } from 'hono'
import { parseWith } from '../../../shared/http/json-body.ts'
import type { Router } from '../../deployments/route.ts'
import { answerRerank } from '../rerank/answer-rerank.ts'
import { namesDocuments, rerankRequest } from '../rerank/rerank-request.ts'
import type { AnswerError, ServingEnvironment } from '../serving-environment.ts'

/**
 * vLLM and Infinity rank `documents` on the path where text-embeddings-inference ranks `texts`, and name the model in
 * the body. Returns undefined for a request of text-embeddings-inference.
 */
export function rankDocuments(
  context: Context<ServingEnvironment>,
  { body, router, sole, answerError }: RankDocuments,
): Promise<Response> | undefined {
  if (!namesDocuments(body)) return undefined
  context.set('answerError', answerError)
  const asked = parseWith(rerankRequest, body)
  return answerRerank(context, { body: asked, router, sole, object: 'rerank', returnsDocuments: true })
}

interface RankDocuments {
  body: unknown
  router: Router
  sole: string | undefined
  answerError: AnswerError
}
