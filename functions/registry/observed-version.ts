import type { ReplicaStatus } from '../../shared/contract/deployment.ts'
import type { DeploymentItem } from '../../shared/table/deployment-item.ts'

/** Whether a report is about this deployment, rather than a removed one of the same name. */
export const speaksOf = (
  { createdAt }: Pick<DeploymentItem, 'createdAt'>,
  { observed }: Pick<ReplicaStatus, 'observed'>,
): boolean => observed === undefined || observed.createdAt === createdAt

/**
 * Whether a report predates the deployment's last change. The replica may know a later version than the registry has
 * read; reports without a version are trusted.
 */
export const isBehind = (
  { version = 0 }: Pick<DeploymentItem, 'version'>,
  { observed }: Pick<ReplicaStatus, 'observed'>,
): boolean => observed !== undefined && observed.version < version
