import { Hono } from 'hono'
import * as z from 'zod'
import { mayAccess } from '../../../shared/auth/authorize.ts'
import { authenticate, requireScope } from '../../../shared/auth/middleware.ts'
import { AppError, errors } from '../../../shared/errors.ts'
import { limitBody, parseWith } from '../../../shared/http/json-body.ts'
import type { Routable } from '../../deployments/route.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'

const indexRequest = z.looseObject({ ready: z.boolean().optional() })

/**
 * Triton's model repository: what is deployed, and whether it answers. What is loaded is what the platform's deployments
 * say, on every replica alike, so that loading and unloading on one of them is refused with the route that does it.
 */
export function repositoryRoutes({
  verify,
  router,
}: Pick<ServingParts, 'verify' | 'router'>): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  app.use(authenticate(verify), limitBody(1024 * 1024))
  app.post('/index', async (context) => {
    const text = await context.req.text()
    const { ready = false } = text.trim() === '' ? {} : parseWith(indexRequest, parsed(text))
    const listed = router.list(context.get('principal')).map(indexEntry)
    return context.json(ready ? listed.filter(({ state }) => state === 'READY') : listed)
  })
  app.post('/models/:model{.+}/load', requireScope('write'), (context) => {
    const { item, state, reason } = deploymentOf(context.req.param('model'), router.list(context.get('principal')))
    if (!mayAccess(context.get('principal'), 'write', { owner: item.owner }))
      throw errors.forbidden('load a model', item.owner)
    if (state === 'READY') return context.json({})
    throw elsewhere(
      `"${item.name}" is ${state}${reason ? ` (${reason})` : ''}. It is loaded as its deployment says:`,
      item.name,
    )
  })
  app.post('/models/:model{.+}/unload', requireScope('write'), (context) => {
    const { item } = deploymentOf(context.req.param('model'), router.list(context.get('principal')))
    if (!mayAccess(context.get('principal'), 'write', { owner: item.owner }))
      throw errors.forbidden('unload a model', item.owner)
    throw elsewhere(`"${item.name}" is deployed, and would be loaded again at once.`, item.name)
  })
  return app
}

const indexEntry = ({ item, state, reason }: Routable) => ({
  name: item.name,
  version: item.revision,
  state: state === 'READY' ? 'READY' : state === 'LOADING' ? 'LOADING' : 'UNAVAILABLE',
  reason: reason ?? '',
})

function deploymentOf(name: string, all: readonly Routable[]): Routable {
  const found = all.find(({ item }) => item.name === name || item.repo === name)
  if (found !== undefined) return found
  throw new AppError({
    code: 'model_not_found',
    status: 404,
    message: `The model "${name.slice(0, 200)}" is not deployed. Deploy it: POST /api/v1/deployments {"target": "owner/name"}.`,
  })
}

const elsewhere = (what: string, name: string) =>
  new AppError({
    code: 'unsupported',
    status: 501,
    message: `${what} Use POST /api/v1/deployments/${name}/pause or /resume, or DELETE /api/v1/deployments/${name}.`,
  })

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw errors.invalidJson('it could not be parsed')
  }
}
