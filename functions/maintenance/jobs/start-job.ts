import type { MaintenanceKind, MaintenanceOptions } from '../../../shared/contract/maintenance.ts'
import { errors } from '../../../shared/errors.ts'
import {
  breakLease,
  createJob,
  endJob,
  type MaintenanceJobItem,
  newJobId,
  runningJob,
} from '../../../shared/table/maintenance-jobs.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import type { MaintenanceParts } from '../parts.ts'

interface StartJob {
  kind: MaintenanceKind
  options: MaintenanceOptions
  createdBy: string
}

const triesMax = 5

/**
 * Starts a job, or returns the same one if it is running, resuming it if its worker has died. A different job that was
 * abandoned is ended first. @throws AppError `conflict` where a different one is running
 */
export async function startJob(
  request: StartJob,
  parts: Pick<MaintenanceParts, 'table' | 'queue' | 'now'>,
): Promise<{ job: MaintenanceJobItem; created: boolean }> {
  const { table, queue, now } = parts
  for (let tries = 1; ; tries++) {
    const job = newJob(request, now())
    try {
      await createJob(table, job)
      await queue.send({ message: { jobId: job.id, attempt: 1 } })
      return { job, created: true }
    } catch (error) {
      if (!(error instanceof ConditionFailed) || tries === triesMax) throw error
    }
    const running = await runningJob(table)
    if (running === undefined) continue
    const isLeft = running.leaseUntil === undefined || running.leaseUntil < now().toISOString()
    if (isSame(running, request)) {
      if (isLeft) await queue.send({ message: { jobId: running.id, attempt: 1 } })
      return { job: running, created: false }
    }
    if (!isLeft || !isLong(running, now())) throw errors.conflict(busy(running))
    const failure = { code: 'abandoned', message: 'It was abandoned, and another job was started.' }
    await endJob(table, { job: running, failure, now: now() })
  }
}

/** Longer than a job waits for its next message. */
const abandonedMs = 2 * 3_600_000
const isLong = ({ updatedAt }: MaintenanceJobItem, now: Date) => now.getTime() - Date.parse(updatedAt) > abandonedMs

const busy = ({ id, kind, createdAt }: MaintenanceJobItem): string =>
  `A ${kind} has been running since ${createdAt} (${id}), and only one job runs at a time. Try again when it has ended.`

const isSame = (running: MaintenanceJobItem, { kind, options }: StartJob): boolean =>
  running.kind === kind && textOf(running.options) === textOf(options)

const textOf = (options: MaintenanceOptions): string => JSON.stringify(Object.entries(options).toSorted())

function newJob({ kind, options, createdBy }: StartJob, now: Date): MaintenanceJobItem {
  const at = now.toISOString()
  const place = { phase: 0, memo: {}, counts: {} }
  return { id: newJobId(now), kind, options, state: 'RUNNING', ...place, createdAt: at, createdBy, updatedAt: at }
}

/** Resumes the job of an earlier process, on a host with one process and a queue in memory. */
export async function resumeJob({ table, queue }: Pick<MaintenanceParts, 'table' | 'queue'>): Promise<void> {
  const job = await runningJob(table)
  if (job?.state !== 'RUNNING') return
  await breakLease(table, job.id)
  await queue.send({ message: { jobId: job.id, attempt: 1 } })
}
