import type { Principal } from '../../shared/auth/principal.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import { DeploymentSlot } from './deployment-slot.ts'
import type { LoadFailures } from './load-failures.ts'
import type { ReconcilerOptions } from './reconcile.ts'
import { RequestLimits } from './request-limits.ts'
import { ServedDeployment } from './served-deployment.ts'

/** A deployment as a replica serves it from now on, with nothing loaded yet. */
export function createServed({ item, failures, options }: CreateServed): ServedDeployment {
  const { reporter, use, keys, now } = options
  const parts = { ...options, failures }
  const deployment = item.name
  const count = (caller: Principal | undefined) => keys.count({ deployment, caller })
  const limits = new RequestLimits({ deployment, replicaCount: () => reporter.replicas.length, use, now, count })
  return new ServedDeployment({ item, create: (own, label) => new DeploymentSlot(own, parts, label), limits, now })
}

interface CreateServed {
  item: DeploymentItem
  failures: LoadFailures
  options: Omit<ReconcilerOptions, 'desired' | 'canaries' | 'refs' | 'intervalMs'>
}
