import { errors } from '../../shared/errors.ts'
import type { ModelDevice } from '../../shared/model/precision.ts'
import { defaultPool } from '../../shared/table/deployment-item.ts'
import { poolDevice } from '../../shared/table/pool-device.ts'
import { poolReplicas } from '../../shared/table/replicas.ts'
import type { Table } from '../../shared/table/table.ts'

export interface KnownPoolsOptions {
  table: Table
  /** What the pools are configured to run models on. */
  poolDevices?: Record<string, ModelDevice> | undefined
  now: () => Date
}

/**
 * Which pools there are, and what each runs models on. Where they are configured, that alone decides: what a replica
 * once told would outlive its pool. Where they are not, the replicas that live decide.
 */
export function knownPools({ table, poolDevices = {}, now }: KnownPoolsOptions) {
  const configured = new Map(Object.entries(poolDevices))

  const deviceOf = async (pool = defaultPool): Promise<ModelDevice | undefined> => {
    if (configured.size > 0) return configured.get(pool)
    const alive = await poolReplicas(table, pool, now())
    return alive.length === 0 ? undefined : poolDevice(table, pool)
  }

  /** @throws AppError `pool_not_found`, for deployments of a pool that no stage has would be unanswered for ever */
  const requirePool = (pool = defaultPool): void => {
    if (configured.size > 0 && !configured.has(pool)) throw errors.poolNotFound(pool, [...configured.keys()])
  }

  return { deviceOf, requirePool }
}
