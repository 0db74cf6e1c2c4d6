import { errors } from '../../shared/errors.ts'
import { servedAs } from '../../shared/model/served-tasks.ts'
import type { DeploymentTarget } from '../../shared/table/deployment-item.ts'

/**
 * All targets of a deployment get the same requests, and a shadow gets copies: a target with another task would fail
 * them, every time for sticky callers. @throws AppError `invalid_request`
 */
export function requireOneTask({ targets, shadow }: OneTask): void {
  const [first] = targets
  if (first === undefined) return
  const other = targets.find((target) => !areAlike(first, target))
  if (other !== undefined)
    throw errors.invalidRequest(
      `The targets of a deployment need the same task, because each gets the same requests: ${said(first)}, and ${said(other)}. Deploy them under different names.`,
      'targets',
    )
  if (shadow !== undefined && !areAlike(first, shadow))
    throw errors.invalidRequest(
      `A shadow needs the task of the targets, because it gets copies of their requests: ${said(first)}, and ${said(shadow)}. Name another one, or null for none.`,
      'shadow',
    )
}

interface OneTask {
  targets: readonly DeploymentTarget[]
  shadow: DeploymentTarget | undefined
}

const areAlike = (one: DeploymentTarget, other: DeploymentTarget): boolean =>
  servedAs(one.task) === servedAs(other.task)

const said = ({ target, task }: DeploymentTarget): string => `"${target}" is served as ${task}`
