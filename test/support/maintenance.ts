import type { MaintenanceMessage } from '../../functions/maintenance/jobs/message.ts'
import { runJob } from '../../functions/maintenance/jobs/run-job.ts'
import { startJob } from '../../functions/maintenance/jobs/start-job.ts'
import { defaultLimits, type MaintenanceLimits, type MaintenanceParts } from '../../functions/maintenance/parts.ts'
import type { MaintenanceKind, MaintenanceOptions } from '../../shared/contract/maintenance.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import { createLogger, type Logger } from '../../shared/log.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import { getJob, type MaintenanceJobItem } from '../../shared/table/maintenance-jobs.ts'
import type { TableScan } from '../../shared/table/scan.ts'
import type { Table } from '../../shared/table/table.ts'

export interface TestMaintenanceOptions {
  table: Table
  scan: TableScan
  objects: ObjectStore
  now?: () => Date
  limits?: Partial<MaintenanceLimits>
  log?: Logger
  /** Called with each message before it is processed. */
  onMessage?: (message: MaintenanceMessage) => Promise<void> | void
}

/** Maintenance in this process, without waiting: processes each message right after the one before. */
export function createTestMaintenance(options: TestMaintenanceOptions) {
  const { table, scan, objects, now = () => new Date(), limits, onMessage } = options
  const log = options.log ?? createLogger({ level: process.env.SLIPWAY_TEST_LOG === undefined ? 'silent' : 'debug' })
  const waiting: MaintenanceMessage[] = []
  /** The messages to the ingest function. */
  const asked: IngestMessage[] = []
  const parts: MaintenanceParts = {
    table,
    scan,
    objects,
    queue: queueInto(waiting),
    ingest: queueInto(asked),
    log,
    now,
    limits: { ...defaultLimits, ...limits },
  }
  return {
    parts,
    asked,
    waiting,
    start: (kind: MaintenanceKind, given: MaintenanceOptions = {}) =>
      startJob({ kind, options: given, createdBy: 'admin' }, parts),
    /** Processes one message, if there is one. */
    async step(signal = new AbortController().signal) {
      const message = waiting.shift()
      if (message === undefined) return false
      await onMessage?.(message)
      await runJob(message, { receiveCount: 1, signal }, parts)
      return true
    },
    /** Starts a job and processes messages until it ends. */
    async run(kind: MaintenanceKind, given: MaintenanceOptions = {}): Promise<MaintenanceJobItem> {
      const { job } = await this.start(kind, given)
      while (await this.step());
      const ended = await getJob(table, job.id)
      if (ended === undefined) throw new Error(`there is no job ${job.id}`)
      return ended
    },
  }
}

const queueInto = <Message>(messages: Message[]): Queue<Message> => ({
  async send({ message }) {
    messages.push(structuredClone(message))
  },
  async sendMany({ messages: many }) {
    messages.push(...structuredClone([...many]))
  },
})
