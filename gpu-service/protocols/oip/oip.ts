import { type Context, Hono } from 'hono'
import { authenticate } from '../../../shared/auth/middleware.ts'
import { AppError, errors } from '../../../shared/errors.ts'
import type { Envelope } from '../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../shared/http/error-handler.ts'
import { allow } from '../../../shared/http/no-route.ts'
import { guardPredictions } from '../prediction-guard.ts'
import { errorsBy } from '../protocol-errors.ts'
import { findRoute } from '../routing.ts'
import type { AnswerError, ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'
import { infer } from './infer.ts'
import { bodyMaxBytes } from './limits.ts'
import { modelConfig, modelMetadata, serverMetadata } from './metadata.ts'
import { type ModelPath, meantPath, parseModelPath, versionedRoute } from './model-path.ts'
import { notServed, notServedError, tracing } from './not-served.ts'
import { repositoryRoutes } from './repository.ts'
import { statisticsOf } from './statistics.ts'

/** `{"error": "…"}` */
const oipEnvelope: Envelope = ({ message }) => ({ error: message })

/** The Open Inference Protocol v2 of KServe and Triton, under `/v2`. */
export function oipRoutes(parts: ServingParts): Hono<ServingEnvironment> {
  const { verify, router, readiness, metrics } = parts
  const app = new Hono<ServingEnvironment>()
  const answer = answerErrors(oipEnvelope, metrics)
  const answerError: AnswerError = (thrown, context) => answer(asTriton(thrown), context)
  const guard = guardPredictions({ parts, answerError, bodyMaxBytes: () => bodyMaxBytes })
  app.post('/v2/models/*', guard, async (context) => {
    const path = modelPathOf(context)
    if (path.action === 'infer') return infer(context, { router, path })
    if (isPrediction(path)) throw generationNotImplemented()
    throw wrongMethod(context, 'GET')
  })
  app.use('/v2/*', errorsBy(answerError))
  app.get('/v2', (context) => context.json(serverMetadata()))
  app.get('/v2/health/live', (context) => context.json({ live: true }))
  app.get('/v2/health/ready', (context) => {
    const isReady = readiness.reason() === undefined
    return context.json({ live: true, ready: isReady }, isReady ? 200 : 503)
  })
  for (const [path, what] of Object.entries(notServed))
    app.all(path, () => {
      throw notServedError(what)
    })
  app.route('/v2/repository', repositoryRoutes(parts))
  app.get('/v2/models/stats', authenticate(verify), (context) =>
    context.json({
      model_stats: router.list(context.get('principal')).flatMap((one) => statisticsOf(one.item.name, one) ?? []),
    }),
  )
  app.get('/v2/models/*', authenticate(verify), (context) => {
    const path = meantPath(modelPathOf(context), router.list(context.get('principal')))
    const { model, action } = path
    if (isPrediction(path)) throw wrongMethod(context, 'POST')
    if (action === 'ready') {
      // Clients of Triton and KServe look at the status.
      const ready = isReady(context, path)
      return context.json({ name: model, ready }, ready ? 200 : 503)
    }
    const route = versionedRoute(context, { router, path, find: findRoute })
    if (action === '') return context.json(modelMetadata(model, route))
    if (action === 'config') return context.json(modelConfig(model, route))
    return context.json({ model_stats: statisticsOf(model, route.deployment) })
  })
  app.all('/v2/models/*', (context) => {
    throw wrongMethod(context, isPrediction(modelPathOf(context)) ? 'POST' : 'GET')
  })
  return app

  /** A model that is loading, failed or was unloaded is not ready; an unknown one is an error. */
  function isReady(context: Context<ServingEnvironment>, path: ModelPath): boolean {
    try {
      versionedRoute(context, { router, path, find: findRoute })
      return !router.find({ model: path.model, caller: context.get('principal') }).isUnloaded
    } catch (error) {
      if (error instanceof AppError && ['model_not_found', 'version_not_found'].includes(error.code)) throw error
      if (error instanceof AppError) return false
      throw error
    }
  }
}

function modelPathOf(context: Context<ServingEnvironment>): ModelPath {
  const { pathname } = new URL(context.req.url)
  const path = parseModelPath(pathname)
  if (path === undefined) throw errors.routeNotFound(context.req.method, pathname)
  if (path.action === 'trace/setting') throw notServedError(tracing)
  return path
}

/** Triton and KServe answer 400 for any invalid request. */
const asTriton = (thrown: Error): Error =>
  thrown instanceof AppError && thrown.status === 422
    ? new AppError({ ...thrown, message: thrown.message, status: 400, cause: thrown.cause })
    : thrown

const generationNotImplemented = () =>
  new AppError({
    code: 'not_implemented',
    status: 501,
    message:
      'Text generation is not served yet, nor is the generate extension. Embeddings, classification and tensors are.',
  })

/** Whether a path is a prediction (`POST`); all others are reads. */
const isPrediction = ({ action }: ModelPath): boolean => action === 'infer' || action.startsWith('generate')

const wrongMethod = (context: Context<ServingEnvironment>, taken: string) =>
  errors.methodNotAllowed(context.req.method, context.req.path, allow(context, [taken]))
