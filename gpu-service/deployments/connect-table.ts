import type { Logger } from '../../shared/log.ts'
import type { ModelDevice } from '../../shared/model/precision.ts'
import { addDeploymentUse } from '../../shared/table/deployment-use.ts'
import {
  allDeployments,
  beatReplica,
  defaultPool,
  deploymentsVersion,
  forgetReplica,
  getDeployment,
  leavePool,
  poolReplicas,
  reportReplica,
} from '../../shared/table/deployments.ts'
import { notePoolDevice } from '../../shared/table/pool-device.ts'
import { getRevision, listRefs } from '../../shared/table/repos.ts'
import { rollBack } from '../../shared/table/roll-back.ts'
import type { Table } from '../../shared/table/table.ts'
import { CanaryWatch } from './canary-watch.ts'
import { DayUse } from './day-use.ts'
import { DesiredState } from './desired-state.ts'
import { KnownRefs } from './known-refs.ts'
import { ReplicaReporter } from './replica-reporter.ts'

interface ConnectTable {
  table: Table
  log: Logger
  replicaId: string
  /** The pool whose deployments this replica serves. */
  pool?: string | undefined
  /** This replica's device. */
  device: ModelDevice
  /** The URL of this replica for clients, if it differs from that of the registry. */
  publicUrl?: string | undefined
  heartbeatMs?: number | undefined
}

/** The replica's connection to the table: the desired state, and its own reports. */
export function connectTable({
  table,
  log,
  replicaId,
  pool = defaultPool,
  device,
  publicUrl,
  heartbeatMs = 15_000,
}: ConnectTable) {
  const startedAt = new Date().toISOString()
  const address = publicUrl ? { baseUrl: publicUrl } : {}
  let isDeviceTold = false
  const desired = new DesiredState({
    version: () => deploymentsVersion(table),
    all: () => allDeployments(table),
    one: (name) => getDeployment(table, name),
    pool,
    now: Date.now,
  })
  const reporter = new ReplicaReporter({
    replicaId,
    write: (deployment, said) =>
      reportReplica(table, { deployment, pool, status: { ...said, ...address }, now: new Date() }),
    remove: (deployment) => forgetReplica(table, deployment, replicaId),
    beat: async () => {
      if (!isDeviceTold) await notePoolDevice(table, { pool, device })
      isDeviceTold = true
      await beatReplica(table, { pool, replica: { id: replicaId, startedAt, ...address }, now: new Date() })
      return (await poolReplicas(table, pool, new Date())).map(({ id }) => id)
    },
    leave: () => leavePool(table, pool, replicaId),
    now: Date.now,
    log,
    heartbeatMs,
  })
  const use = new DayUse({
    add: ({ deployment: id, ...counted }) => addDeploymentUse(table, { id, ...counted, now: new Date() }),
    now: Date.now,
    log,
  })
  const canaries = new CanaryWatch({
    rollBack: (verdict) => rollBack(table, { ...verdict, by: replicaId, now: new Date() }),
    log,
  })
  const refs = new KnownRefs({
    refsOf: (repoId) => listRefs(table, repoId),
    commitOf: async (repoId, revision) => (await getRevision(table, repoId, revision))?.sourceRevision,
    now: Date.now,
    log,
  })
  return { desired: () => desired.read(), reporter, use, canaries, refs }
}
