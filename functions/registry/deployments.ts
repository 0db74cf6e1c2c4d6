import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { type Access, requireAccess } from '../../shared/auth/authorize.ts'
import { principalOf, requireScope } from '../../shared/auth/middleware.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import { readableOwners } from '../../shared/auth/visible-repos.ts'
import type { Deployment } from '../../shared/contract/deployment.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import { noteSubject } from '../../shared/http/audit-subject.ts'
import { versionOfTag, versionTag } from '../../shared/http/conditional.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { decodePosition, encodePosition } from '../../shared/table/cursor.ts'
import { deleteDeployment } from '../../shared/table/deployment-deletion.ts'
import { type DeploymentItem, defaultPool } from '../../shared/table/deployment-item.ts'
import { getDeployment, listDeployments } from '../../shared/table/deployments.ts'
import type { Quotas } from '../../shared/table/quotas.ts'
import { readMerged } from '../../shared/table/read-merged.ts'
import { liveReplicas, poolReplicas } from '../../shared/table/replicas.ts'
import type { Table } from '../../shared/table/table.ts'
import { patchDeployment, pauseDeployment } from './change-deployment.ts'
import { makeDeployment } from './create-deployment.ts'
import { toDeployment } from './deployment-state.ts'
import { ifMatch } from './if-match.ts'
import { type KnownPoolsOptions, knownPools } from './known-pools.ts'
import { movedRefs } from './moved-refs.ts'

interface DeploymentRoutesOptions extends KnownPoolsOptions {
  quotas: Quotas
  isServedHere?: boolean | undefined
}

export function addDeploymentRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { table, quotas, poolDevices, isServedHere, now }: DeploymentRoutesOptions,
) {
  app.get('/api/v1/deployments/*', requireScope('read'))
  app.post('/api/v1/deployments', requireScope('write'))
  app.on(['POST', 'PATCH', 'DELETE'], '/api/v1/deployments/*', requireScope('write'))

  const { deviceOf, requirePool } = knownPools({ table, poolDevices, now })
  /** Reads each pool once for a whole list. */
  const deploymentsFor = async (principal: Principal, items: readonly DeploymentItem[]): Promise<Deployment[]> => {
    const at = now()
    const pools = [...new Set(items.map(({ pool = defaultPool }) => pool))]
    const [live, movedTo] = await Promise.all([
      Promise.all(pools.map(async (pool) => [pool, await poolReplicas(table, pool, at)] as const)),
      movedRefs({ table, principal, items }),
    ])
    const alive = new Map(live)
    return Promise.all(
      items.map(async (item) => {
        const of = alive.get(item.pool ?? defaultPool) ?? []
        return toDeployment(item, {
          isServedHere,
          movedTo,
          alive: of,
          replicas: await liveReplicas(table, { deployment: item.name, alive: of, now: at }),
        })
      }),
    )
  }
  const shown = async (context: Context<HttpEnvironment>, item: DeploymentItem): Promise<Deployment> => {
    const [deployment] = (await deploymentsFor(principalOf(context), [item])) as [Deployment]
    context.header('etag', versionTag({ version: deployment.version, answer: deployment }))
    return deployment
  }
  /** The writer, and the required version. */
  const writing = async (context: Context<HttpEnvironment>, name: string) => {
    const principal = principalOf(context)
    const item = await deploymentFor(table, { principal, access: 'write', name })
    noteSubject(context, { owner: item.owner })
    return { table, principal, item, expected: versionOf(ifMatch(context.req.header('if-match'))), now: now() }
  }

  app.openapi(routes.createDeployment, async (context) => {
    const asked = context.req.valid('json')
    const principal = principalOf(context)
    const deploymentsMax = quotas.deployments
    requirePool(asked.pool)
    const { item, isNew } = await makeDeployment({ table, principal, asked, deploymentsMax, deviceOf, now: now() })
    return context.json(await shown(context, item), isNew ? 201 : 200)
  })

  app.openapi(routes.listDeployments, async (context) => {
    const { limit, cursor } = context.req.valid('query')
    const after = decodePosition(cursor, 'deployments')
    const page = await readMerged({
      owners: readableOwners(principalOf(context)),
      read: (owner, count) => listDeployments(table, { owner, after, limit: count }),
      orderOf: ({ name }) => name,
      limit,
    })
    const items = await deploymentsFor(principalOf(context), page.items)
    const position = page.next === undefined ? undefined : encodePosition(page.next, 'deployments')
    return context.json({ items, cursor: position }, 200)
  })

  app.openapi(routes.getDeployment, async (context) => {
    const { name } = context.req.valid('param')
    const item = await deploymentFor(table, { principal: principalOf(context), access: 'read', name })
    return context.json(await shown(context, item), 200)
  })

  app.openapi(routes.changeDeployment, async (context) => {
    const writer = await writing(context, context.req.valid('param').name)
    const item = await patchDeployment({ ...writer, asked: context.req.valid('json'), deviceOf })
    return context.json(await shown(context, item), 200)
  })

  app.openapi(routes.pauseDeployment, async (context) => {
    const writer = await writing(context, context.req.valid('param').name)
    return context.json(await shown(context, await pauseDeployment({ ...writer, isPaused: true })), 200)
  })

  app.openapi(routes.resumeDeployment, async (context) => {
    const writer = await writing(context, context.req.valid('param').name)
    return context.json(await shown(context, await pauseDeployment({ ...writer, isPaused: false })), 200)
  })

  app.openapi(routes.deleteDeployment, async (context) => {
    const { item, expected } = await writing(context, context.req.valid('param').name)
    const { name, version: is = 0 } = item
    if (expected !== undefined && expected !== is) throw errors.deploymentChanged({ name, is, expected })
    await deleteDeployment(table, item, { isAsRead: expected !== undefined })
    return context.body(null, 204)
  })
}

/** @throws AppError `deployment_not_found`, also for a deployment that must stay hidden */
async function deploymentFor(
  table: Table,
  { principal, access, name }: { principal: Principal; access: Access; name: string },
): Promise<DeploymentItem> {
  const item = await getDeployment(table, name)
  const hidden = () => errors.deploymentNotFound(name)
  if (item === undefined) throw hidden()
  requireAccess({ principal, access, resource: { owner: item.owner }, hidden })
  return item
}

function versionOf(tag: string | undefined): number | undefined {
  const version = tag === undefined ? undefined : versionOfTag(tag)
  if (tag === undefined || version !== undefined) return version
  throw errors.invalidRequest('"If-Match" names a version of the deployment, as its ETag does: "3".', 'If-Match')
}
