import type { ModelDevice } from '../model/precision.ts'
import { defaultPool } from './deployment-item.ts'
import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** Remembers a pool's device for times without replicas. */
export const notePoolDevice = (table: Table, { pool, device }: { pool: string; device: ModelDevice }): Promise<void> =>
  table.put({ ...keys.poolDevice(pool), device })

/** The device its replicas last reported; `undefined` if there never was one. */
export async function poolDevice(table: Table, pool: string = defaultPool): Promise<ModelDevice | undefined> {
  return (await table.get<{ device: ModelDevice }>(keys.poolDevice(pool)))?.device
}
