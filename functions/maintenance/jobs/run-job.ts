import { randomUUID } from 'node:crypto'
import type { MaintenanceFinding } from '../../../shared/contract/maintenance.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { Logger } from '../../../shared/log.ts'
import { plainIssues } from '../../../shared/plain-issues.ts'
import { type Delivery, maxDelaySeconds } from '../../../shared/queue/queue.ts'
import { endJob, getJob, type MaintenanceJobItem, saveJob, takeLease } from '../../../shared/table/maintenance-jobs.ts'
import type { MaintenanceParts } from '../parts.ts'
import { putFinding } from './findings.ts'
import { phasesOf } from './kinds.ts'
import { type MaintenanceMessage, maintenanceMessage } from './message.ts'
import { MaintenanceFault, MaintenanceRefusal, type Next } from './phase.ts'

const triesMax = 5

/** Continues a job, piece by piece, until it ends or the time of one message is over. */
export async function runJob(body: unknown, delivery: Delivery, parts: MaintenanceParts): Promise<void> {
  const message = maintenanceMessage.parse(body, plainIssues)
  const { table, now, limits, queue } = parts
  const holder = randomUUID()
  const job = await takeLease(table, { id: message.jobId, holder, now: now(), leaseMs: limits.leaseMs })
  if (job === undefined) return comeBack(message, parts)
  const lease = holdLease({ job, holder }, parts)
  const log = parts.log.child({ jobId: job.id, kind: job.kind })
  try {
    await work({ job, holder, signal: delivery.signal }, { ...parts, log })
  } catch (error) {
    if (delivery.signal.aborted) return queue.send({ message })
    if (!(error instanceof MaintenanceFault) && message.attempt < triesMax) {
      log.warn({ attempt: message.attempt }, `tries again: ${messageOf(error)}`)
      await saveJob(table, { job: await fresh(job, parts), holder, leaseUntil: undefined })
      return queue.send({ message: { ...message, attempt: message.attempt + 1 }, delaySeconds: 2 ** message.attempt })
    }
    const failure =
      error instanceof MaintenanceFault
        ? { code: error.code, message: error.message }
        : { code: 'internal', message: `It failed because of this server. Quote the job ${job.id} when you report it.` }
    tellFailure({ job, error, failure }, log)
    await endJob(table, { job: await fresh(job, parts), holder, failure, now: now() })
  } finally {
    clearInterval(lease)
  }
}

/** No stack trace where the error explains itself. */
function tellFailure({ job, error, failure }: Failed, log: Logger): void {
  const { code, message } = failure
  if (error instanceof MaintenanceRefusal) log.warn({ code }, `${job.kind} refused: ${message}`)
  else log.error(error instanceof MaintenanceFault ? { code } : { err: error }, `${job.kind} failed: ${message}`)
}

interface Failed {
  job: MaintenanceJobItem
  error: unknown
  failure: { code: string; message: string }
}

/** Somebody else is working on the job; the message returns in case that worker has died. */
async function comeBack(message: MaintenanceMessage, { table, queue, now }: MaintenanceParts) {
  const job = await getJob(table, message.jobId)
  if (job?.state !== 'RUNNING') return
  const leftSeconds = (Date.parse(job.leaseUntil ?? '') - now().getTime()) / 1000
  await queue.send({ message, delaySeconds: Math.min(maxDelaySeconds, Math.max(1, Math.ceil(leftSeconds || 0))) })
}

/** Renews the lease, because a piece may take longer than one. */
function holdLease({ job, holder }: { job: MaintenanceJobItem; holder: string }, parts: MaintenanceParts) {
  const { table, now, limits, log } = parts
  const renew = () =>
    takeLease(table, { id: job.id, holder, now: now(), leaseMs: limits.leaseMs }).catch((error) =>
      log.warn({ jobId: job.id }, `the lease was not renewed: ${messageOf(error)}`),
    )
  return setInterval(renew, limits.leaseMs / 3).unref()
}

async function work({ job: taken, holder, signal }: Work, parts: MaintenanceParts): Promise<void> {
  const { table, now, limits, queue, log } = parts
  const phases = phasesOf(taken)
  const until = performance.now() + limits.budgetMs
  let job = taken
  for (let isFirst = true; ; isFirst = false) {
    const phase = phases[job.phase]
    if (phase === undefined) {
      await endJob(table, { job, holder, now: now() })
      return log.info({ counts: job.counts }, `${job.kind} done`)
    }
    const isOver = signal.aborted || (!isFirst && performance.now() >= until)
    if (isOver) {
      await saveJob(table, { job, holder, leaseUntil: undefined })
      return queue.send({ message: { jobId: job.id, attempt: 1 } })
    }
    const started = performance.now()
    const { next, counts, memo } = await runPiece(job, { phase, signal }, parts)
    log.debug({ phase: phase.name, durationMs: Math.round(performance.now() - started) }, `${job.kind}: ${phase.name}`)
    job = { ...job, ...placeAfter(job, next), counts, memo, updatedAt: now().toISOString() }
    const delaySeconds = next?.delaySeconds ?? 0
    const leaseUntil = delaySeconds > 0 ? undefined : new Date(now().getTime() + limits.leaseMs)
    // Another worker took the job over, so any further work would be done twice.
    if (!(await saveJob(table, { job, holder, leaseUntil }))) return
    if (delaySeconds > 0) return queue.send({ message: { jobId: job.id, attempt: 1 }, delaySeconds })
  }
}

interface Work {
  job: MaintenanceJobItem
  holder: string
  signal: AbortSignal
}

const placeAfter = ({ phase }: MaintenanceJobItem, next: Next | undefined) =>
  next === undefined ? { phase: phase + 1, cursor: undefined } : { phase, cursor: JSON.stringify(next.cursor) }

async function runPiece(
  job: MaintenanceJobItem,
  { phase, signal }: { phase: ReturnType<typeof phasesOf>[number]; signal: AbortSignal },
  parts: MaintenanceParts,
) {
  const counts = { ...job.counts }
  const memo = structuredClone(job.memo)
  const count = (what: string, by = 1) => {
    counts[what] = (counts[what] ?? 0) + by
  }
  const report = async (finding: MaintenanceFinding) => {
    count('discrepancies')
    count(finding.repaired ? 'repaired' : 'unrepaired')
    await putFinding(parts.table, { jobId: job.id, finding, now: parts.now() })
  }
  const cursor: unknown = job.cursor === undefined ? undefined : JSON.parse(job.cursor)
  const next = await phase.run({ parts, job, cursor, memo, count, report, signal })
  return { next, counts, memo }
}

/** The last saved state, from which a failed piece starts again. */
const fresh = async (job: MaintenanceJobItem, { table }: MaintenanceParts) => (await getJob(table, job.id)) ?? job
