import type { OpenAPIHono } from '@hono/zod-openapi'
import { requireScope } from '../../shared/auth/middleware.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { formatTarget, parseTarget } from '../../shared/model/target.ts'
import { decodeCursor, encodeCursor } from '../../shared/table/cursor.ts'
import {
  createDeployment,
  type DeploymentItem,
  deleteDeployment,
  getDeployment,
  listDeployments,
  liveReplicas,
} from '../../shared/table/deployments.ts'
import { lists } from '../../shared/table/keys.ts'
import { getRepo, resolveRef } from '../../shared/table/repos.ts'
import { ConditionFailed, type Table } from '../../shared/table/table.ts'
import { chooseOnnxFile, defaultDeploymentName } from './choose-onnx-file.ts'
import { toDeployment } from './deployment-state.ts'

export function addDeploymentRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { table, now }: { table: Table; now: () => Date },
) {
  app.get('/api/v1/deployments/*', requireScope('read'))
  app.post('/api/v1/deployments', requireScope('write'))
  app.delete('/api/v1/deployments/*', requireScope('write'))

  const withReplicas = async (item: DeploymentItem) => toDeployment(item, await liveReplicas(table, item.name, now()))

  app.openapi(routes.createDeployment, async (context) => {
    const wanted = context.req.valid('json')
    const target = parseTarget(wanted.target)
    const revision = await resolveRef(table, target.repo, target.ref)
    if (revision === undefined) {
      if ((await getRepo(table, target.repo)) === undefined) throw errors.repoNotFound(target.repo)
      throw errors.revisionNotFound(target.repo, target.ref)
    }
    const { file, task } = chooseOnnxFile({
      target: formatTarget(target),
      metadata: revision.metadata,
      wanted: wanted.file,
    })
    const item: DeploymentItem = {
      name: wanted.name ?? defaultDeploymentName(target.repo),
      target: formatTarget(target),
      repo: target.repo,
      ref: target.ref,
      revision: revision.id,
      task,
      file,
      createdAt: now().toISOString(),
      createdBy: context.get('principal').userId,
    }
    try {
      await createDeployment(table, item)
      return context.json(toDeployment(item, []), 201)
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error
      const existing = await getDeployment(table, item.name)
      if (existing?.revision === item.revision && existing.file === item.file)
        return context.json(await withReplicas(existing), 200)
      const target = existing === undefined ? 'something else' : `${existing.target} (revision ${existing.revision})`
      throw errors.deploymentExists({ name: item.name, target, url: `/api/v1/deployments/${item.name}` })
    }
  })

  app.openapi(routes.listDeployments, async (context) => {
    const { limit, cursor } = context.req.valid('query')
    const page = await listDeployments(table, { limit, startKey: decodeCursor(cursor, { listPk: lists.deployments }) })
    const items = await Promise.all(page.items.map(withReplicas))
    return context.json({ items, cursor: encodeCursor(page.nextKey) }, 200)
  })

  app.openapi(routes.getDeployment, async (context) => {
    const { name } = context.req.valid('param')
    const item = await getDeployment(table, name)
    if (item === undefined) throw errors.deploymentNotFound(name)
    return context.json(await withReplicas(item), 200)
  })

  app.openapi(routes.deleteDeployment, async (context) => {
    const { name } = context.req.valid('param')
    if ((await getDeployment(table, name)) === undefined) throw errors.deploymentNotFound(name)
    await deleteDeployment(table, name)
    return context.body(null, 204)
  })
}
