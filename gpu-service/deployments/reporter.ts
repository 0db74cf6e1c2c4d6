import type { DeploymentItem } from '../../shared/table/deployments.ts'
import type { ServedDeployment } from './served-deployment.ts'

/** Says in the table what a replica serves. */
export interface Reporter {
  /** What has become of a deployment. Told more often than is written down. */
  report(deployment: ServedDeployment): Promise<void>
  forget(deployment: string): Promise<void>
  /** That this replica is there. */
  beat(): Promise<void>
  /** Who shares the work of the pool, as of the last sign of life: never nobody. */
  readonly replicas: readonly string[]
  /** Whether this replica is one of those that keep a deployment loaded. */
  isKeeper(item: DeploymentItem): boolean
  close(): Promise<void>
}
