import { errors } from '../../shared/errors.ts'
import { servedAs } from '../../shared/model/served-tasks.ts'
import type { DeploymentTarget } from '../../shared/table/deployment-item.ts'

/**
 * Any target of a deployment may be given any of its requests, and a shadow is given copies of them: what one cannot
 * understand would be its callers' errors, again and again for those who are sticky to it. @throws AppError `invalid_request`
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
