import { type Context, Hono } from 'hono'
import * as z from 'zod'
import { mayAccess, refusalOf } from '../../../shared/auth/authorize.ts'
import { authenticate, requireScope } from '../../../shared/auth/middleware.ts'
import { AppError, errors } from '../../../shared/errors.ts'
import { limitBody, readOptionalJson } from '../../../shared/http/json-body.ts'
import { logOf } from '../../../shared/http/request-log.ts'
import type { Operable } from '../../deployments/route.ts'
import { callOptions } from '../call-options.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'
import { indexEntry } from './repository-index.ts'
import { waitWithin } from './wait-within.ts'

const indexRequest = z.looseObject({ ready: z.boolean().optional() })
const controlRequest = z.looseObject({ parameters: z.record(z.string(), z.unknown()).optional() })

/** Triton's Python client times out after a minute. */
const orderMsMax = 50_000

/**
 * Triton's model repository: lists deployments and whether they answer, and loads or unloads models in this replica's
 * memory. Deployments stay in control: nothing they require is undone here, and an unloaded model returns with its next
 * request.
 */
export function repositoryRoutes({
  verify,
  router,
}: Pick<ServingParts, 'verify' | 'router'>): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  app.use(authenticate(verify), limitBody(1024 * 1024))

  app.post('/index', async (context) => {
    const { ready = false } = await readOptionalJson(context, indexRequest)
    const listed = router.list(context.get('principal')).map(indexEntry)
    return context.json(ready ? listed.filter(({ state }) => state === 'READY') : listed)
  })

  app.post('/models/:model{.+}/load', requireScope('write'), async (context) => {
    const deployment = operableDeployment(context, 'load')
    const { parameters = {} } = await readOptionalJson(context, controlRequest)
    const [override] = Object.keys(parameters)
    if (override !== undefined) throw notOverridden(override)
    await carryOut(context, deployment, (signal) => deployment.load(signal))
    return context.json({})
  })

  app.post('/models/:model{.+}/unload', requireScope('write'), async (context) => {
    const deployment = operableDeployment(context, 'unload')
    // `unload_dependents` has no effect, because no model here has dependents.
    await readOptionalJson(context, controlRequest)
    await carryOut(context, deployment, (signal) => deployment.unload(signal))
    return context.json({})
  })
  return app

  /** The deployment, if the caller may change it. @throws AppError `model_not_found`, `forbidden` */
  function operableDeployment(context: Context<ServingEnvironment>, verb: 'load' | 'unload'): Operable {
    const caller = context.get('principal')
    const deployment = found(context.req.param('model') ?? '', verb, (model) => router.find({ model, caller }))
    const { owner } = deployment.item
    const asked = { principal: caller, access: 'write', resource: { owner } } as const
    if (!mayAccess(caller, asked.access, asked.resource)) throw refusalOf({ ...asked, act: `${verb} a model` })
    return deployment
  }
}

async function carryOut(
  context: Context<ServingEnvironment>,
  { item }: Operable,
  order: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { signal: left, deadlineMs = Number.POSITIVE_INFINITY } = callOptions(context)
  const startedMs = performance.now()
  await waitWithin({
    left,
    waitMsMax: Math.min(orderMsMax, deadlineMs - startedMs),
    late: () => errors.modelNotReady(item.name, 'that takes longer than the time limit of the request'),
    use: order,
  })
  const { path } = context.req
  logOf(context).info(
    { deployment: item.name, path, tookMs: performance.now() - startedMs },
    'a model was loaded or unloaded on request',
  )
}

/** Triton's examples look for its exact message. */
function found<Found>(model: string, verb: string, find: (model: string) => Found): Found {
  try {
    return find(model)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'model_not_found') throw error
    const message = `failed to ${verb} "${model.slice(0, 200)}": it is not deployed here. Deploy it with POST /api/v1/deployments {"target": "owner/name"}.`
    throw new AppError({ code: error.code, status: error.status, message, param: 'model' })
  }
}

const notOverridden = (parameter: string) =>
  new AppError({
    code: 'unsupported',
    status: 501,
    message: `"parameters.${parameter.slice(0, 100)}" is not supported: a model's files and settings come from its repo and its deployment. Load it without parameters.`,
    param: 'parameters',
  })
