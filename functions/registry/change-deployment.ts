import type { z } from 'zod'
import { accessRepo } from '../../shared/auth/access-repo.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import type { changeDeployment } from '../../shared/contract/deployment.ts'
import { errors } from '../../shared/errors.ts'
import type { DeviceOf } from '../../shared/repos/pool-devices.ts'
import { type DeploymentItem, everyTargetOf } from '../../shared/table/deployment-item.ts'
import { deploymentChange, getDeployment, noteDeploymentChange } from '../../shared/table/deployments.ts'
import { forgetRepoDeployment, repoDeploymentWrites } from '../../shared/table/repo-deployments.ts'
import { ConditionFailed, type Table } from '../../shared/table/table.ts'
import { aliasesStand } from './choose-targets.ts'
import { changedDeployment } from './wanted-deployment.ts'

interface Change {
  table: Table
  principal: Principal
  item: DeploymentItem
  /** The required version. */
  expected: number | undefined
  now: Date
}

/** @throws AppError `precondition_failed`, and whatever is wrong with the request */
export const patchDeployment = ({ asked, deviceOf, ...change }: Change & Patch) =>
  apply(change, (before) => {
    const { table, principal } = change
    return changedDeployment({ table, principal, asked, before, deviceOf })
  })

interface Patch {
  asked: z.output<typeof changeDeployment>
  deviceOf: DeviceOf
}

/**
 * Pauses or resumes a deployment. A paused one is unloaded and refuses requests, but keeps everything else. @throws
 * AppError `precondition_failed`
 */
export const pauseDeployment = ({ isPaused, ...change }: Change & { isPaused: boolean }) =>
  apply(change, async (before) => {
    if ((before.isPaused === true) === isPaused) return undefined
    const { isPaused: _, ...running } = before
    return isPaused ? { ...running, isPaused } : running
  })

const triesMax = 5

async function apply(
  { table, principal, item, expected, now }: Change,
  decide: (before: DeploymentItem) => Promise<DeploymentItem | undefined>,
): Promise<DeploymentItem> {
  const { name, createdAt } = item
  for (let tries = 1; ; tries++) {
    const before = await getDeployment(table, name)
    if (before?.createdAt !== createdAt) throw errors.deploymentNotFound(name)
    const is = before.version ?? 0
    if (expected !== undefined && expected !== is) throw errors.deploymentChanged({ name, is, expected })
    const wanted = await decide(before)
    if (wanted === undefined) return before
    const standing = new Set(everyTargetOf(before))
    const chosen = everyTargetOf(wanted).filter((target) => !standing.has(target))
    const after = { ...wanted, updatedAt: now.toISOString(), updatedBy: principal.userId }
    try {
      await table.transact([deploymentChange(before, after), ...aliasesStand(chosen), ...links(before, after)])
      await noteDeploymentChange(table)
      return { ...after, version: is + 1 }
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error
      // The repo was deleted meanwhile; checking again gives the right error.
      for (const { repo } of chosen) await accessRepo(table, { principal, access: 'read', name: repo })
      if (tries === triesMax) throw errors.conflict(`"${name}" is changed by others at the same time. Try again.`)
    }
  }
}

/** The writes that update the list of deployments of each repo. */
function links(before: DeploymentItem, after: DeploymentItem) {
  const { name } = after
  const [then, now] = [before, after].map((item) => new Set(everyTargetOf(item).map(({ repoId }) => repoId)))
  const gone = [...(then ?? [])].filter((repoId) => !now?.has(repoId))
  const added = [...(now ?? [])].filter((repoId) => !then?.has(repoId))
  return [
    ...gone.map((repoId) => forgetRepoDeployment({ name, repoId })),
    ...added.flatMap((repoId) => repoDeploymentWrites({ name, repoId })),
  ]
}
