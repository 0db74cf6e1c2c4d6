import type { z } from 'zod'
import { accessRepo } from '../../shared/auth/access-repo.ts'
import { mayAccess } from '../../shared/auth/authorize.ts'
import { ensureOwner, requireOwner } from '../../shared/auth/ensure-owner.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import type { createDeployment } from '../../shared/contract/deployment.ts'
import { errors } from '../../shared/errors.ts'
import { defaultDeploymentName } from '../../shared/model/default-deployment-name.ts'
import { orderedText } from '../../shared/ordered-text.ts'
import type { DeviceOf } from '../../shared/repos/pool-devices.ts'
import { type DeploymentItem, type DeploymentTarget, everyTargetOf } from '../../shared/table/deployment-item.ts'
import { deploymentCreation, getDeployment, noteDeploymentChange } from '../../shared/table/deployments.ts'
import { ownerStands } from '../../shared/table/owners.ts'
import { quotaExceeded } from '../../shared/table/quotas.ts'
import { repoDeploymentWrites } from '../../shared/table/repo-deployments.ts'
import { splitName } from '../../shared/table/repo-item.ts'
import { ConditionFailed, type Table } from '../../shared/table/table.ts'
import { aliasesStand } from './choose-targets.ts'
import { wantedDeployment } from './wanted-deployment.ts'

interface MakeDeployment {
  table: Table
  principal: Principal
  asked: z.output<typeof createDeployment>
  deploymentsMax: number
  deviceOf: DeviceOf
  now: Date
}

const triesMax = 3

/** Creates a deployment, or returns an existing one that equals the request. @throws AppError */
export async function makeDeployment(request: MakeDeployment): Promise<{ item: DeploymentItem; isNew: boolean }> {
  const { table, principal, deploymentsMax } = request
  for (let tries = 1; ; tries++) {
    const item = await itemOf(request)
    const targets = everyTargetOf(item)
    const repoIds = [...new Set(targets.map(({ repoId }) => repoId))]
    try {
      await table.transact([
        ...deploymentCreation(item, { deploymentsMax }),
        ownerStands(item.owner),
        ...aliasesStand(targets),
        ...repoIds.flatMap((repoId) => repoDeploymentWrites({ name: item.name, repoId })),
      ])
      await noteDeploymentChange(table)
      return { item, isNew: true }
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error
      const [isTaken = false, isOverQuota = false] = error.failed
      const existing = isTaken ? await getDeployment(table, item.name) : undefined
      if (existing !== undefined && gist(existing) === gist(item)) return { item: existing, isNew: false }
      if (existing !== undefined) throw taken(existing, principal)
      await requireOwner(table, item.owner)
      // The repo was deleted meanwhile; checking again gives the right error.
      for (const { repo } of targets) await accessRepo(table, { principal, access: 'read', name: repo })
      if (isOverQuota)
        throw await quotaExceeded(table, { owner: item.owner, what: 'deployments', by: 1, max: deploymentsMax })
      if (tries === triesMax) throw errors.conflict('The target changes all the time. Try again.')
    }
  }
}

async function itemOf({ table, principal, asked, deviceOf, now }: MakeDeployment): Promise<DeploymentItem> {
  const wanted = await wantedDeployment({ table, principal, asked, deviceOf })
  const owned = asked.owner ?? splitName(wanted.repo).owner
  const { name: owner } = await ensureOwner({ table, principal, owner: owned, now })
  return {
    ...wanted,
    name: asked.name ?? defaultDeploymentName(wanted.repo),
    owner,
    version: 1,
    createdAt: now.toISOString(),
    createdBy: principal.userId,
  }
}

/** The part of a deployment that a repeated request must match; later changes make it another one. */
function gist(item: DeploymentItem): string {
  const { owner, pool, min, max, idleSeconds, isolate, limits, resultCache, stickyBy, canary, shadow } = item
  const targets = everyTargetOf(item).map((target) => {
    const { repoId, revision, file, task, weight = 1 } = target
    return [repoId, revision, file, task, weight, target.follows === true ? followedBy(target) : 'stays']
  })
  const settings = [pool ?? 'default', min ?? 1, max, idleSeconds, isolate, limits, resultCache, stickyBy, canary]
  return orderedText([owner, targets, shadow?.percent, settings])
}

/** What decides the next revision's file when the alias moves. */
const followedBy = ({ ref, wantedFile, precision, wantedTask }: DeploymentTarget) => [
  ref,
  wantedFile,
  precision,
  wantedTask,
]

function taken(existing: DeploymentItem, principal: Principal) {
  const { name, owner, target, revision } = existing
  if (!mayAccess(principal, 'read', { owner })) return errors.deploymentNameTaken(name)
  return errors.deploymentExists({
    name,
    target: `${target} (revision ${revision})`,
    url: `/api/v1/deployments/${name}`,
  })
}
