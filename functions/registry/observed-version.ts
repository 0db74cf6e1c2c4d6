import type { ReplicaStatus } from '../../shared/contract/deployment.ts'
import type { DeploymentItem } from '../../shared/table/deployment-item.ts'

/** Whether a replica speaks of this deployment, and not of one of the same name that was removed before. */
export const speaksOf = (
  { createdAt }: Pick<DeploymentItem, 'createdAt'>,
  { observed }: Pick<ReplicaStatus, 'observed'>,
): boolean => observed === undefined || observed.createdAt === createdAt

/**
 * Whether a replica speaks of the deployment before its last change. A replica may have read a later one than the
 * registry did; one of before versions were told is believed.
 */
export const isBehind = (
  { version = 0 }: Pick<DeploymentItem, 'version'>,
  { observed }: Pick<ReplicaStatus, 'observed'>,
): boolean => observed !== undefined && observed.version < version
