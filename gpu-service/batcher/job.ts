import type { AppError } from '../../shared/errors.ts'
import type { Priority } from './call-options.ts'
import type { BatchResult } from './item-queue.ts'
import type { TenantLine } from './tenant-line.ts'

/** One thing to compute, for however many callers wait for it. */
export interface Job<Input, Output> {
  readonly input: Input
  /** What it counts towards the cost of a run. */
  readonly size: number
  /** What it would take by itself, as predicted when it came. */
  readonly aloneMs: number
  readonly group: string | undefined
  readonly key: string | undefined
  /** Those who wait for it; without any it is not run. */
  readonly tickets: Ticket<Input, Output>[]
  state: 'new' | 'queued' | 'taken' | 'done'
  /** How many engines died over it. */
  deaths: number
  /** The latest look into the queue that has met it: it may stand there for several callers. */
  seenIn: number
}

/** A caller's claim on one job, and its place in the line of its tenant. */
export interface Ticket<Input, Output> {
  readonly call: Call<Input, Output>
  readonly job: Job<Input, Output>
  /** Which input of the call it is. */
  readonly index: number
  /** What it adds to the wait of others: nothing where the job is there for another already. */
  waitMs: number
  /** Its place among the job's tickets. */
  at: number
  line: TenantLine<Ticket<Input, Output>> | undefined
  previous: Ticket<Input, Output> | undefined
  next: Ticket<Input, Output> | undefined
}

/** One request: its items are answered together, or it fails as a whole. */
export interface Call<Input, Output> {
  readonly arrivedMs: number
  /** Infinite where the caller has none. */
  readonly deadlineMs: number
  readonly priority: Priority
  readonly tenant: string
  readonly results: BatchResult<Output>[]
  readonly tickets: Ticket<Input, Output>[]
  /** Items without an answer. */
  open: number
  isSettled: boolean
  /** Its place among the deadlines. */
  place: number
  resolve(results: BatchResult<Output>[]): void
  reject(error: AppError): void
  /** Stops listening for its caller's leaving. */
  forget: (() => void) | undefined
}

/** How one job was computed. */
export interface Ran<Output> {
  output: Output
  startedMs: number
  endedMs: number
  batchSize: number
}
