import type { ServedDeployment } from './served-deployment.ts'

/** Says in the table what a replica serves. */
export interface Reporter {
  /** What has become of a deployment. Told more often than is written down. */
  report(deployment: ServedDeployment): Promise<void>
  forget(deployment: string): Promise<void>
  /** That this replica is there. */
  beat(): Promise<void>
  /** How many replicas share the work of the pool. */
  readonly replicaCount: number
  close(): Promise<void>
}
