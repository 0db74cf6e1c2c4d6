import type { AppError } from '../../shared/errors.ts'
import type { WorkSource } from '../engine/work-source.ts'
import type { CacheBudget } from './cache-budget.ts'
import type { CallOptions } from './call-options.ts'

export interface QueueLimits {
  /** The most items that may wait. */
  queuedMax: number
  /** How long a new item may have to wait before it is refused. */
  waitMsMax: number
  /** How much of an engine's time one request may ask for. */
  requestMsMax: number
  /** How long a caller waits at most, where it does not give less time itself; without an end where it is not said. */
  timeoutMs?: number | undefined
  /** How many answers are kept for inputs that are the same; none, where it is not said. */
  cachedMax?: number | undefined
  /** The memory that the answers kept share with those of other queues; its own, where it is not said. */
  cacheBudget?: CacheBudget | undefined
}

/** Gives a queue's batches to the engines. */
export interface Scheduler {
  /** Says that work has arrived. */
  wake(): void
  /** How long until what comes after so much of the queue's own work is started. */
  waitMs(aheadMs: number): number
  readonly engineCount: number
}

/** A run of the warm-up: its items, all of one size and one where that is not said, and what they cost together. */
export interface Measured {
  items?: number
  cost: number
  runMs: number
}

export interface BatchResult<Output> {
  output: Output
  queueMs: number
  runMs: number
  /** How many ran together; 0 where the answer was kept from before. */
  batchSize: number
}

/** A batcher as everything but its own task sees it. */
export interface ItemQueue extends WorkSource {
  /** Items that wait. */
  readonly depth: number
  /** Refuses before any work was put into a request. @throws AppError `overloaded` */
  assertRoom(count: number, options?: Partial<CallOptions>): void
  /** Teaches the measured speed before the first request, from the warm-up. */
  learn(run: Measured): void
  /** Refuses what has waited since before a moment, on the clock of `headSinceMs`; what runs already is answered. */
  shed(shed: Shed): void
  /** Refuses all that comes from now on; fulfilled when what was admitted is answered. */
  close(refusal: AppError): Promise<void>
}

/** What is given up because its model did not come into the engines in time. */
export interface Shed {
  arrivedBeforeMs: number
  refusal: AppError
}
