import { type Context, Hono } from 'hono'
import * as z from 'zod'
import { authenticate } from '../../../shared/auth/middleware.ts'
import { openaiEnvelope } from '../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../shared/http/error-handler.ts'
import { version } from '../../../shared/version.ts'
import { type Capabilities, offers } from '../../tasks/capabilities.ts'
import { callOptions } from '../call-options.ts'
import { answerScoring } from '../mlflow/answer-scoring.ts'
import { answerMlflowErrors, mlflowEnvelope } from '../mlflow/mlflow-errors.ts'
import { isOfMlflow } from '../mlflow/scoring-input.ts'
import { guardPredictions } from '../prediction-guard.ts'
import { errorsBy } from '../protocol-errors.ts'
import { readJsonInSlices } from '../read-json-in-slices.ts'
import { findRoute, routeAhead, routeTo } from '../routing.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'
import { soleModel } from '../sole-model.ts'
import { chooseOperation } from './choose-operation.ts'
import { embed, embedAll } from './embed.ts'
import { embedSparse } from './embed-sparse.ts'
import { predict } from './predict.ts'
import { rankDocuments } from './rank-documents.ts'
import { rerank } from './rerank.ts'
import { similarity } from './similarity.ts'
import { answerTei } from './tei-answer.ts'
import { answerTeiErrors } from './tei-errors.ts'
import { answerTeiInfo } from './tei-info.ts'
import { teiMetrics } from './tei-metrics.ts'
import type { TeiOperation, TeiRequest } from './tei-operation.ts'
import { decode, tokenize } from './tokenize.ts'
import { answerVertex } from './vertex.ts'

const operations: Record<string, TeiOperation> = {
  '/embed': embed,
  '/embed_all': embedAll,
  '/embed_sparse': embedSparse,
  '/predict': predict,
  '/rerank': rerank,
  '/similarity': similarity,
  '/tokenize': tokenize,
  '/decode': decode,
}

/**
 * The operations of the generic routes of hosting platforms, by preference. SageMaker's `/invocations` is also
 * MLflow's, which answers for MLflow's bodies and for models with none of these capabilities.
 */
const byModel = [rerank, predict, embedSparse, embed]

/**
 * The API of text-embeddings-inference, below the base path of a model (`isRoot` false: there `POST` on the base path
 * is the pipeline's) or at the root, where the only deployment with the capability answers.
 */
export function teiRoutes(parts: ServingParts, { isRoot }: { isRoot: boolean }): Hono<ServingEnvironment> {
  const { verify, router, metrics } = parts
  const app = new Hono<ServingEnvironment>()
  const answerError = answerTeiErrors(metrics)
  const guard = guardPredictions({ parts, answerError })
  const answerMlflow = answerMlflowErrors(metrics)
  const answerOpenai = answerErrors(openaiEnvelope, metrics)
  // The client's protocol is unknown until the body is read.
  const hostsGuard = guardPredictions({ parts, answerError: answerTeiErrors(metrics, mlflowEnvelope) })
  const guards = [errorsBy(answerError), authenticate(verify)] as const

  const modelFor = (
    context: Context<ServingEnvironment>,
    kinds: readonly (keyof Capabilities)[],
    path: string,
    { elseAny = false } = {},
  ) => context.get('model') ?? soleModel({ router, caller: context.get('principal'), kinds, elseAny, path })

  const serve = (
    path: string,
    candidates: readonly TeiOperation[],
    { answer = answerOne, isHosts = false, instead }: ServeOptions = {},
  ) =>
    app.post(path, isHosts ? hostsGuard : guard, async (context) => {
      const startedMs = performance.now()
      const counted = teiMetrics(metrics)
      const kinds = candidates.map(({ kind }) => kind)
      const suits = offers(...kinds)
      const found = modelOrRefusal(() => modelFor(context, kinds, path, { elseAny: isHosts }))
      if (found.model !== undefined) routeAhead(context, { router, model: found.model, suits })
      else if (instead === undefined) throw found.refusal
      const body = await readJsonInSlices(context, z.unknown())
      const another = instead?.(context, { body, router, sole: found.model, answerError: answerOpenai })
      if (another !== undefined) return another
      if (found.model === undefined) throw found.refusal
      const { model } = found
      // Resolved again after the body, whose upload may have taken long: another revision may answer by now.
      const route = routeTo(context, { router, model, suits })
      if (isHosts && (isOfMlflow(body) || kinds.every((kind) => route.service.capabilities[kind] === undefined))) {
        context.set('answerError', answerMlflow)
        return answerScoring(context, { body, route })
      }
      counted.asked(Array.isArray((body as { inputs?: unknown } | null)?.inputs) ? 'batch' : 'single')
      const operationFor = (body: unknown) => chooseOperation({ candidates, route, body })
      const answered = await answer(operationFor, { body, model, route, options: callOptions(context) })
      const { counts } = operationFor(body)
      return answerTei(context, { answer: answered, startedMs, counts, metrics: counted, device: parts.device })
    })
  for (const [path, operation] of Object.entries(operations))
    serve(path, [operation], operation === rerank ? { instead: rankDocuments } : {})
  serve('/invocations', byModel, { isHosts: true })
  serve('/vertex', byModel, { answer: answerVertex })
  if (isRoot) {
    serve('/', byModel)
    return app
  }
  app.get('/info', ...guards, (context) =>
    answerTeiInfo(context, findRoute(context, { router, model: modelFor(context, [], '/info') })),
  )
  const health = (context: Context<ServingEnvironment>) => {
    findRoute(context, { router, model: modelFor(context, [], '/health') })
    return context.body(null, 200)
  }
  app.get('/health', ...guards, health)
  app.get('/ping', ...guards, health)
  app.get('/version', ...guards, (context) => {
    findRoute(context, { router, model: modelFor(context, [], '/version') })
    return context.text(version)
  })
  return app
}

interface ServeOptions {
  answer?: typeof answerOne
  /** Whether a hosting platform calls it, for models of any protocol. */
  isHosts?: boolean
  /** Answers bodies of another protocol, which name the model; returns undefined for those of this one. */
  instead?: typeof rankDocuments
}

/** Returns the refusal instead of throwing it, because the body may still name the model. */
function modelOrRefusal(find: () => string): { model: string } | { model?: undefined; refusal: unknown } {
  try {
    return { model: find() }
  } catch (refusal) {
    return { refusal }
  }
}

const answerOne = (operationFor: (body: unknown) => TeiOperation, request: TeiRequest) =>
  operationFor(request.body).answer(request)

/** The root paths of this protocol, for a host that serves several apps on one port. */
export const teiRootPaths = [...Object.keys(operations), '/invocations', '/vertex']
