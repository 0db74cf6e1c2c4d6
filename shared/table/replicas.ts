import type { ReplicaStatus } from '../contract/deployment.ts'
import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** A replica without a heartbeat for this long is considered gone. */
export const heartbeatTimeToLiveSeconds = 60
/** A replica's reports are valid while it lives, and removed some time after. */
const reportTimeToLiveSeconds = 3600

/** A running replica of a pool. */
export interface PoolReplica {
  id: string
  startedAt: string
  /** Its address for clients, where that differs from the registry's. */
  baseUrl?: string | undefined
  updatedAt: string
}

/** Stores one replica's report on one deployment. */
export async function reportReplica(
  table: Table,
  { deployment, pool, status, now }: { deployment: string; pool?: string; status: ReplicaStatus; now: Date },
): Promise<void> {
  const timeToLive = pool === undefined ? heartbeatTimeToLiveSeconds : reportTimeToLiveSeconds
  const expiresAt = Math.floor(now.getTime() / 1000) + timeToLive
  await table.put({ ...keys.replica(deployment, status.id), ...status, ...(pool !== undefined && { pool }), expiresAt })
}

export async function forgetReplica(table: Table, deployment: string, replica: string): Promise<void> {
  await table.delete(keys.replica(deployment, replica))
}

/** One write per replica, however much it serves. */
export async function beatReplica(
  table: Table,
  { pool, replica, now }: { pool: string; replica: Omit<PoolReplica, 'updatedAt'>; now: Date },
): Promise<void> {
  const expiresAt = Math.floor(now.getTime() / 1000) + heartbeatTimeToLiveSeconds
  await table.put({ ...keys.poolReplica(pool, replica.id), ...replica, updatedAt: now.toISOString(), expiresAt })
}

export async function leavePool(table: Table, pool: string, replica: string): Promise<void> {
  await table.delete(keys.poolReplica(pool, replica))
}

/** DynamoDB removes expired items days late, so they are filtered here. */
export async function poolReplicas(table: Table, pool: string, now: Date): Promise<PoolReplica[]> {
  const { pk } = keys.poolReplica(pool, '')
  const items = table.queryAll<PoolReplica & Expiring>({
    expression: 'pk = :pk',
    values: { ':pk': pk },
    consistent: true,
  })
  const alive = (await Array.fromAsync(items)).filter((item) => isAlive(item, now))
  return alive.map(({ id, startedAt, baseUrl, updatedAt }) => ({
    id,
    startedAt,
    ...(baseUrl && { baseUrl }),
    updatedAt,
  }))
}

/** The reports of live replicas on a deployment. `alive`: the replicas of its pool with a recent heartbeat. */
export async function liveReplicas(
  table: Table,
  { deployment, alive, now }: { deployment: string; alive: readonly PoolReplica[]; now: Date },
): Promise<ReplicaStatus[]> {
  const { pk } = keys.deployment(deployment)
  const page = await table.query<ReplicaStatus & Expiring & { pool?: string }>({
    expression: 'pk = :pk AND begins_with(sk, :replica)',
    values: { ':pk': pk, ':replica': keys.replica(deployment, '').sk },
    consistent: true,
  })
  const living = new Set(alive.map(({ id }) => id))
  // A replica older than pools sent its heartbeats per deployment.
  return page.items.filter((item) => isAlive(item, now) && (item.pool === undefined || living.has(item.id)))
}

interface Expiring {
  expiresAt: number
}

const isAlive = ({ expiresAt }: Expiring, now: Date): boolean => expiresAt * 1000 > now.getTime()
