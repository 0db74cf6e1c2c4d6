import type { ModelDevice } from '../model/precision.ts'
import { defaultPool } from './deployment-item.ts'
import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** What the replicas of a pool run models on; kept for when none of them is there. */
export const notePoolDevice = (table: Table, { pool, device }: { pool: string; device: ModelDevice }): Promise<void> =>
  table.put({ ...keys.poolDevice(pool), device })

/** What its replicas said last; nothing where there never was one. */
export async function poolDevice(table: Table, pool: string = defaultPool): Promise<ModelDevice | undefined> {
  return (await table.get<{ device: ModelDevice }>(keys.poolDevice(pool)))?.device
}
