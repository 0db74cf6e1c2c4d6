import type { Principal } from '../../shared/auth/principal.ts'
import { deploymentUseId } from '../../shared/table/deployment-use.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import type { DayUse } from './day-use.ts'
import { DeploymentSlot } from './deployment-slot.ts'
import type { KeyCounts } from './key-counts.ts'
import type { ReplicaReporter } from './replica-reporter.ts'
import { RequestLimits } from './request-limits.ts'
import { ServedDeployment } from './served-deployment.ts'
import type { SlotParts } from './slot-parts.ts'

/** What deployments need besides the parts of their slots. */
export interface CreateServed {
  /** Reports what this replica serves. */
  reporter: ReplicaReporter
  /** The day's requests of all replicas. */
  use: DayUse
  keys: Pick<KeyCounts, 'count'>
}

/** A deployment on this replica, with nothing loaded yet. */
export function createServed(item: DeploymentItem, parts: SlotParts & CreateServed): ServedDeployment {
  const { reporter, use, keys, now } = parts
  const deployment = item.name
  const count = (caller: Principal | undefined) => keys.count({ deployment, caller })
  const replicaCount = () => reporter.replicas.length
  const limits = new RequestLimits({ deployment: deploymentUseId(item), replicaCount, use, now, count })
  return new ServedDeployment({ item, create: (own, label) => new DeploymentSlot(own, parts, label), limits, now })
}
