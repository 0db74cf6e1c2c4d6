import type { OpenAPIHono } from '@hono/zod-openapi'
import { accessRepo } from '../../shared/auth/access-repo.ts'
import { type Access, mayAccess, requireAccess } from '../../shared/auth/authorize.ts'
import { ensureOwner, requireOwner } from '../../shared/auth/ensure-owner.ts'
import { principalOf, requireScope } from '../../shared/auth/middleware.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import { readableOwners } from '../../shared/auth/visible-repos.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import { noteSubject } from '../../shared/http/audit-subject.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { formatTarget, parseTarget } from '../../shared/model/target.ts'
import { decodePosition, encodePosition } from '../../shared/table/cursor.ts'
import {
  type DeploymentItem,
  deleteDeployment,
  deploymentCreation,
  getDeployment,
  listDeployments,
  liveReplicas,
} from '../../shared/table/deployments.ts'
import { ownerStands } from '../../shared/table/owners.ts'
import { type Quotas, quotaExceeded } from '../../shared/table/quotas.ts'
import { readMerged } from '../../shared/table/read-merged.ts'
import { repoDeploymentWrites } from '../../shared/table/repo-deployments.ts'
import { fullName } from '../../shared/table/repo-item.ts'
import { resolveRef } from '../../shared/table/repos.ts'
import { ConditionFailed, type Table } from '../../shared/table/table.ts'
import { chooseOnnxFile, defaultDeploymentName } from './choose-onnx-file.ts'
import { toDeployment } from './deployment-state.ts'

export function addDeploymentRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { table, quotas, now }: { table: Table; quotas: Quotas; now: () => Date },
) {
  app.get('/api/v1/deployments/*', requireScope('read'))
  app.post('/api/v1/deployments', requireScope('write'))
  app.delete('/api/v1/deployments/*', requireScope('write'))

  const withReplicas = async (item: DeploymentItem) => toDeployment(item, await liveReplicas(table, item.name, now()))

  app.openapi(routes.createDeployment, async (context) => {
    const wanted = context.req.valid('json')
    const target = parseTarget(wanted.target)
    const principal = principalOf(context)
    const repo = await accessRepo(table, { principal, access: 'read', name: target.repo })
    const asked = wanted.owner ?? repo.owner
    const { name: owner } = await ensureOwner({ table, principal, owner: asked, now: now() })
    const revision = await resolveRef(table, repo.id, target.ref)
    if (revision === undefined) throw errors.revisionNotFound(target.repo, target.ref)
    const { file, task } = chooseOnnxFile({
      target: formatTarget(target),
      metadata: revision.metadata,
      wanted: wanted.file,
    })
    const item: DeploymentItem = {
      name: wanted.name ?? defaultDeploymentName(target.repo),
      owner,
      target: formatTarget(target),
      repo: fullName(repo),
      repoId: repo.id,
      ref: target.ref,
      revision: revision.id,
      task,
      file,
      createdAt: now().toISOString(),
      createdBy: principal.userId,
    }
    const deploymentsMax = quotas.deployments
    try {
      await table.transact([
        ...deploymentCreation(item, { deploymentsMax }),
        ownerStands(owner),
        ...repoDeploymentWrites(item),
      ])
      return context.json(toDeployment(item, []), 201)
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error
      // The last of the writes is the repo's, which was deleted meanwhile.
      if (error.failed.at(-1) === true) throw errors.repoNotFound(target.repo)
      const existing = await getDeployment(table, item.name)
      if (
        existing?.repoId === item.repoId &&
        existing.revision === item.revision &&
        existing.file === item.file &&
        existing.owner === owner
      )
        return context.json(await withReplicas(existing), 200)
      if (existing === undefined) {
        await requireOwner(table, owner)
        throw await quotaExceeded(table, { owner, what: 'deployments', by: 1, max: deploymentsMax })
      }
      const isSeen = mayAccess(principal, 'read', { owner: existing.owner })
      const served = isSeen ? `${existing.target} (revision ${existing.revision})` : 'something else'
      throw errors.deploymentExists({ name: item.name, target: served, url: `/api/v1/deployments/${item.name}` })
    }
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
    const items = await Promise.all(page.items.map(withReplicas))
    const position = page.next === undefined ? undefined : encodePosition(page.next, 'deployments')
    return context.json({ items, cursor: position }, 200)
  })

  app.openapi(routes.getDeployment, async (context) => {
    const { name } = context.req.valid('param')
    const item = await deploymentFor(table, { principal: principalOf(context), access: 'read', name })
    return context.json(await withReplicas(item), 200)
  })

  app.openapi(routes.deleteDeployment, async (context) => {
    const { name } = context.req.valid('param')
    const item = await deploymentFor(table, { principal: principalOf(context), access: 'write', name })
    noteSubject(context, { owner: item.owner })
    await deleteDeployment(table, item)
    return context.body(null, 204)
  })
}

/** @throws AppError `deployment_not_found`, also where there is one that must not be known of */
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
