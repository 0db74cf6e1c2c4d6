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
      `The targets of a deployment do the same, so that each can answer what its callers ask: ${said(first)}, and ${said(other)}. Deploy them by names of their own.`,
      'targets',
    )
  if (shadow !== undefined && !areAlike(first, shadow))
    throw errors.invalidRequest(
      `A shadow does what the targets of its deployment do, of whose requests it gets copies: ${said(first)}, and ${said(shadow)}. Name another one, or null for none.`,
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
