import type { Context } from 'hono'
import type { Router } from '../../deployments/route.ts'
import { capabilityOf, offers } from '../../tasks/capabilities.ts'
import { listParts, writeJson } from '../../tasks/write-json.ts'
import { answerJson } from '../answer.ts'
import { callOptions } from '../call-options.ts'
import { askedModel, routeTo } from '../routing.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import { type RankedResult, rankedResults } from './ranked-results.ts'
import { type RerankRequest, readDocuments } from './rerank-request.ts'

/** Ranks the documents of a request and answers in the format of its client. */
export async function answerRerank(
  context: Context<ServingEnvironment>,
  { body, router, sole, object, returnsDocuments }: AnswerRerank,
): Promise<Response> {
  const documents = readDocuments(body.documents)
  const model = askedModel(context, body.model ?? sole)
  const route = routeTo(context, { router, model, suits: offers('rerank') })
  const rerank = capabilityOf({ model, kind: 'rerank', route })
  const options = callOptions(context)
  const { scores, timing, tokens } = await rerank({
    query: body.query,
    texts: documents,
    truncation: { truncate: body.truncation ?? true },
    textTokensMax: body.max_tokens_per_doc ?? undefined,
    rawScores: false,
    options,
  })
  const forVoyage = isOfVoyage(context, body)
  const returned = (body.return_documents ?? (returnsDocuments && !forVoyage)) ? documents : undefined
  const count = body.top_n ?? body.top_k ?? documents.length
  const results = rankedResults({ scores, documents: returned, count })
  const answer = forVoyage ? voyageAnswer : jinaAnswer
  const json = await writeJson(answer({ id: context.get('requestId'), object, model, results, tokens }), options.signal)
  return answerJson(context, { json, timing, tokens })
}

interface AnswerRerank {
  body: RerankRequest
  router: Router
  /** The model if neither the path nor the body names one. */
  sole?: string | undefined
  /** The `object` field of the answer. */
  object: 'list' | 'rerank'
  returnsDocuments: boolean
}

/** Voyage's Python client always sends both fields, its JavaScript client only those that were set. */
const isOfVoyage = (context: Context, { top_k, truncation }: RerankRequest): boolean =>
  top_k !== undefined || truncation !== undefined || context.req.header('x-fern-sdk-name') === 'voyageai'

/** The format of Jina and Cohere, which vLLM and Infinity share. */
function* jinaAnswer({ id, object, model, results, tokens }: Ranked): Generator<string, void> {
  yield `${JSON.stringify({ id, object, model }).slice(0, -1)},"results":`
  yield* listParts(results, (result) => JSON.stringify(result))
  const usage = { prompt_tokens: tokens, total_tokens: tokens }
  const meta = { api_version: { version: '2' }, tokens: { input_tokens: tokens } }
  yield `,${JSON.stringify({ usage, meta }).slice(1)}`
}

/**
 * Voyage's format (docs.voyageai.com/reference/reranker-api): the results are in `data`, and a document is a string.
 */
function* voyageAnswer({ model, results, tokens }: Ranked): Generator<string, void> {
  yield '{"object":"list","data":'
  yield* listParts(results, ({ document, ...result }) =>
    JSON.stringify({ ...result, ...(document && { document: document.text }) }),
  )
  yield `,${JSON.stringify({ model, usage: { total_tokens: tokens } }).slice(1)}`
}

interface Ranked {
  id: string | undefined
  object: string
  model: string
  results: readonly RankedResult[]
  tokens: number
}
