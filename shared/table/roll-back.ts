import { type DeploymentItem, type DeploymentTarget, isServed, targetsOf } from './deployment-item.ts'
import { changeDeployment } from './deployments.ts'
import type { Table } from './table.ts'

interface RollBack {
  deployment: string
  /** The target as it was when judged. */
  target: DeploymentTarget
  reason: string
  /** The replica that judged. */
  by: string
  now: Date
}

/** Takes a target out of service for all replicas, once, however many of them decide so. */
export async function rollBack(table: Table, { deployment, target, reason, by, now }: RollBack): Promise<void> {
  await changeDeployment(table, deployment, (item) => {
    const targets = targetsOf(item)
    const at = targets.findIndex((one, index) => index > 0 && isSame(one, target) && one.rolledBack === undefined)
    const found = targets[at]
    // Somebody else removed or replaced the target that was judged.
    if (found === undefined) return undefined
    const { weight = 1 } = found
    const rolledBack = { at: now.toISOString(), by, reason, weight }
    const after = targets.map((one, index) => (index === at ? { ...one, rolledBack } : one))
    return withFirst(item, after.some(isServed) ? after : heirOf(after, weight))
  })
}

const isSame = (one: DeploymentTarget, other: DeploymentTarget): boolean =>
  one.repoId === other.repoId && one.revision === other.revision && one.file === other.file && one.ref === other.ref

/** Without any other weight, the first target takes over all of it. */
const heirOf = (targets: readonly DeploymentTarget[], weight: number): DeploymentTarget[] =>
  targets.map((target, index) => (index === 0 ? { ...target, weight, ownWeight: target.weight ?? 1 } : target))

/** Gives the first target its own share again where another has one by now: a new revision stands where one was rolled back. */
export function withoutHeir(targets: readonly DeploymentTarget[]): DeploymentTarget[] {
  const [first, ...others] = targets
  if (first?.ownWeight === undefined || !others.some(isServed)) return [...targets]
  const { ownWeight: weight, ...heir } = first
  return [{ ...heir, weight }, ...others]
}

const withFirst = (item: DeploymentItem, targets: DeploymentTarget[]): DeploymentItem => ({
  ...item,
  ...targets[0],
  targets,
})
