import { randomBytes } from 'node:crypto'
import type { MaintenanceFailure, MaintenanceKind, MaintenanceOptions } from '../contract/maintenance.ts'
import { conditionHeld } from './condition-held.ts'
import { keys } from './keys.ts'
import { absent, type Page, type Table } from './table.ts'

/**
 * A job on the whole registry, done in pieces by the holder of its lease; the next holder resumes where the last one
 * stopped.
 */
export interface MaintenanceJobItem {
  id: string
  kind: MaintenanceKind
  options: MaintenanceOptions
  state: 'RUNNING' | 'DONE' | 'FAILED'
  /** The current phase, and the position in it. */
  phase: number
  cursor?: string | undefined
  /** Values that phases pass on. */
  memo: Record<string, unknown>
  counts: Record<string, number>
  failure?: MaintenanceFailure | undefined
  leaseBy?: string | undefined
  /** ISO time; until then nobody else may work on it. */
  leaseUntil?: string | undefined
  createdAt: string
  createdBy: string
  updatedAt: string
}

/** Begins with the time, so that jobs are sorted by creation. */
export const newJobId = (now: Date): string =>
  `job_${now.getTime().toString(16).padStart(12, '0')}${randomBytes(6).toString('hex')}`

export const getJob = (table: Table, id: string) => table.get<MaintenanceJobItem>(keys.maintenanceJob(id))

/** The job that is running, if any. */
export async function runningJob(table: Table): Promise<MaintenanceJobItem | undefined> {
  const claim = await table.get<{ jobId: string }>(keys.maintenanceClaim)
  return claim && (await getJob(table, claim.jobId))
}

/** @throws ConditionFailed where one is running */
export async function createJob(table: Table, job: MaintenanceJobItem): Promise<void> {
  await table.transact([
    { put: { ...keys.maintenanceClaim, jobId: job.id }, condition: absent },
    { put: { ...keys.maintenanceJob(job.id), ...job }, condition: absent },
  ])
}

/** Jobs, newest first, after an id. */
export const listJobs = (
  table: Table,
  { before, limit }: { before?: string | undefined; limit: number },
): Promise<Page<MaintenanceJobItem>> =>
  table.query<MaintenanceJobItem>({
    expression: 'pk = :pk AND sk BETWEEN :first AND :last',
    values: {
      ':pk': keys.maintenanceClaim.pk,
      ':first': keys.maintenanceJob('').sk,
      ':last': before === undefined ? keys.maintenanceJob('~').sk : keys.maintenanceJob(justBefore(before)).sk,
    },
    descending: true,
    consistent: true,
    limit,
  })

/** A text just before this id, which works because ids have one length. */
const justBefore = (id: string): string => `${id.slice(0, -1)}${String.fromCharCode(id.charCodeAt(id.length - 1) - 1)}~`

/** Takes the lease of a job that nobody holds. */
export async function takeLease(
  table: Table,
  { id, holder, now, leaseMs }: { id: string; holder: string; now: Date; leaseMs: number },
): Promise<MaintenanceJobItem | undefined> {
  const until = new Date(now.getTime() + leaseMs).toISOString()
  const written = await conditionHeld(() =>
    table.update(keys.maintenanceJob(id), {
      expression: 'SET leaseBy = :holder, leaseUntil = :until',
      condition: '#state = :running AND (attribute_not_exists(leaseUntil) OR leaseUntil < :now OR leaseBy = :holder)',
      names: { '#state': 'state' },
      values: { ':holder': holder, ':until': until, ':now': now.toISOString(), ':running': 'RUNNING' },
    }),
  )
  return written ? getJob(table, id) : undefined
}

/** Saves a job's progress. @returns whether the holder still had the lease */
export const saveJob = (
  table: Table,
  { job, holder, leaseUntil }: { job: MaintenanceJobItem; holder: string; leaseUntil: Date | undefined },
): Promise<boolean> =>
  conditionHeld(() =>
    table.update(keys.maintenanceJob(job.id), {
      expression: `SET phase = :phase, memo = :memo, counts = :counts, updatedAt = :at${job.cursor === undefined ? '' : ', #cursor = :cursor'}${leaseUntil === undefined ? '' : ', leaseUntil = :until'}${removal(job, leaseUntil)}`,
      condition: '#state = :running AND leaseBy = :holder',
      names: { '#state': 'state', '#cursor': 'cursor' },
      values: {
        ':phase': job.phase,
        ':memo': job.memo,
        ':counts': job.counts,
        ':at': job.updatedAt,
        ':running': 'RUNNING',
        ':holder': holder,
        ...(job.cursor !== undefined && { ':cursor': job.cursor }),
        ...(leaseUntil !== undefined && { ':until': leaseUntil.toISOString() }),
      },
    }),
  )

function removal({ cursor }: MaintenanceJobItem, leaseUntil: Date | undefined): string {
  const removed = [...(cursor === undefined ? ['#cursor'] : []), ...(leaseUntil === undefined ? ['leaseUntil'] : [])]
  return removed.length === 0 ? '' : ` REMOVE ${removed.join(', ')}`
}

/** Ends a job and frees the slot. With `holder`, only while that one has the lease. */
export const endJob = (
  table: Table,
  { job, holder, failure, now }: { job: MaintenanceJobItem; holder?: string; failure?: MaintenanceFailure; now: Date },
): Promise<boolean> =>
  conditionHeld(() =>
    table.transact([
      {
        update: keys.maintenanceJob(job.id),
        change: {
          expression: `SET #state = :next, counts = :counts, updatedAt = :at${failure === undefined ? '' : ', failure = :failure'} REMOVE leaseUntil, #cursor`,
          condition: `#state = :running${holder === undefined ? ' AND (attribute_not_exists(leaseUntil) OR leaseUntil < :at)' : ' AND leaseBy = :holder'}`,
          names: { '#state': 'state', '#cursor': 'cursor' },
          values: {
            ':next': failure === undefined ? 'DONE' : 'FAILED',
            ':counts': job.counts,
            ':at': now.toISOString(),
            ':running': 'RUNNING',
            ...(holder !== undefined && { ':holder': holder }),
            ...(failure !== undefined && { ':failure': failure }),
          },
        },
      },
      {
        delete: keys.maintenanceClaim,
        condition: { expression: 'attribute_not_exists(pk) OR jobId = :id', values: { ':id': job.id } },
      },
    ]),
  )

/** For a host that knows the lease's holder to be dead. */
export const breakLease = (table: Table, id: string): Promise<void> =>
  table.update(keys.maintenanceJob(id), { expression: 'REMOVE leaseUntil, leaseBy', condition: 'attribute_exists(pk)' })
