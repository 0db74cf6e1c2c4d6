import type { ModelDevice } from '../model/precision.ts'
import { defaultPool } from '../table/deployment-item.ts'
import { poolDevice } from '../table/pool-device.ts'
import { poolReplicas } from '../table/replicas.ts'
import type { Table } from '../table/table.ts'

/** The configured device of each pool, by name. */
export type PoolDevices = Readonly<Record<string, ModelDevice>>

export interface DeviceOfOptions {
  table: Table
  poolDevices?: PoolDevices | undefined
  now: () => Date
}

/** The device of a pool, where it is known. */
export type DeviceOf = (pool: string | undefined) => Promise<ModelDevice | undefined>

/**
 * Configured devices take precedence, because a replica's old report could outlive its machines. Without any
 * configuration, the live replicas decide.
 */
export function deviceOfPools({ table, poolDevices = {}, now }: DeviceOfOptions): DeviceOf {
  const configured = new Map(Object.entries(poolDevices))
  return async (pool = defaultPool) => {
    if (configured.size > 0) return configured.get(pool)
    const alive = await poolReplicas(table, pool, now())
    return alive.length === 0 ? undefined : poolDevice(table, pool)
  }
}
