import type { ModelDevice } from '../model/precision.ts'
import { defaultPool } from '../table/deployment-item.ts'
import { poolDevice } from '../table/pool-device.ts'
import { poolReplicas } from '../table/replicas.ts'
import type { Table } from '../table/table.ts'

/** What pools are configured to run models on, by their names. */
export type PoolDevices = Readonly<Record<string, ModelDevice>>

export interface DeviceOfOptions {
  table: Table
  poolDevices?: PoolDevices | undefined
  now: () => Date
}

/** What a pool runs models on, where that is known. */
export type DeviceOf = (pool: string | undefined) => Promise<ModelDevice | undefined>

/**
 * Where pools are configured, that alone decides: what a replica once told would outlive its pool, and the machines that
 * it told of. Where they are not, the replicas that live decide.
 */
export function deviceOfPools({ table, poolDevices = {}, now }: DeviceOfOptions): DeviceOf {
  const configured = new Map(Object.entries(poolDevices))
  return async (pool = defaultPool) => {
    if (configured.size > 0) return configured.get(pool)
    const alive = await poolReplicas(table, pool, now())
    return alive.length === 0 ? undefined : poolDevice(table, pool)
  }
}
