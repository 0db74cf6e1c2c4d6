import type { AppError } from '../../shared/errors.ts'
import type { Priority } from './call-options.ts'
import type { BatchResult } from './item-queue.ts'
import type { TenantLine } from './tenant-line.ts'

/** One input to compute, for all callers that wait for it. */
export interface Job<Input, Output> {
  readonly input: Input
  /** Its share in the cost of a run: tokens, or 1. */
  readonly size: number
  /** Predicted time of a run of this job alone, when it arrived. */
  readonly aloneMs: number
  readonly group: string | undefined
  readonly key: string | undefined
  /** The callers that wait for it; without any it is not run. */
  readonly tickets: Ticket<Input, Output>[]
  state: 'new' | 'queued' | 'taken' | 'done'
  /** How many engines died while running it. */
  deaths: number
  /** The latest walk of the queue that met it, because it is queued once per caller. */
  lastWalk: number
}

/** A caller's claim on one job, and its position in its tenant's line. */
export interface Ticket<Input, Output> {
  readonly call: Call<Input, Output>
  readonly job: Job<Input, Output>
  /** The index of the input in the call. */
  readonly index: number
  /** What it adds to the wait of others: 0 if another caller already waits for the job. */
  waitMs: number
  /** Its index among the job's tickets. */
  at: number
  line: TenantLine<Ticket<Input, Output>> | undefined
  previous: Ticket<Input, Output> | undefined
  next: Ticket<Input, Output> | undefined
}

/** One request: its items are answered together or it fails as a whole. */
export interface Call<Input, Output> {
  readonly arrivedMs: number
  /** Infinity if the caller set none. */
  readonly deadlineMs: number
  readonly priority: Priority
  readonly tenant: string
  readonly results: BatchResult<Output>[]
  readonly tickets: Ticket<Input, Output>[]
  /** The number of items without an answer. */
  open: number
  isSettled: boolean
  /** Its position in the heap of deadlines. */
  place: number
  resolve(results: BatchResult<Output>[]): void
  reject(error: AppError): void
  /** Removes the listener for the caller's disconnect. */
  forget: (() => void) | undefined
}

/** How one job was computed. */
export interface Ran<Output> {
  output: Output
  startedMs: number
  endedMs: number
  batchSize: number
}
