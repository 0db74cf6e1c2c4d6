import type { AppError } from '../../shared/errors.ts'
import type { WorkSource } from '../engine/work-source.ts'
import type { CacheBudget } from './cache-budget.ts'
import type { CallOptions } from './call-options.ts'

export interface QueueLimits {
  /** The maximum number of waiting items. */
  queuedMax: number
  /** The predicted wait beyond which a new item is refused. */
  waitMsMax: number
  /** The maximum engine time of one request. */
  engineMsMax: number
  /** The maximum time until an answer, unless the caller gives less; unlimited by default. */
  requestTimeoutMs?: number | undefined
  /** The maximum number of cached answers; 0 by default. */
  cachedMax?: number | undefined
  /** The cache memory shared with other queues; a budget of its own by default. */
  cacheBudget?: CacheBudget | undefined
}

/** Assigns a queue's batches to engines. */
export interface Scheduler {
  /** Call when work has arrived. */
  wake(): void
  /** The time until work starts that has this much of the queue's own work ahead of it. */
  waitMs(aheadMs: number): number
  readonly engineCount: number
}

/** A warm-up run of `items` (1 by default) inputs of one size, and their total cost. */
export interface Measured {
  items?: number
  cost: number
  runMs: number
}

export interface BatchResult<Output> {
  output: Output
  queueMs: number
  runMs: number
  /** The number of items in the run; 0 for a cached answer. */
  batchSize: number
}

/** A batcher without the types of its task. */
export interface ItemQueue extends WorkSource {
  /** The number of waiting items. */
  readonly depth: number
  /** Refuses a request before any work is put into it. @throws AppError `overloaded` */
  assertRoom(count: number, options?: Partial<CallOptions>): void
  /** Learns the speed from a warm-up run, before the first request. */
  learn(run: Measured): void
  /** Refuses calls that arrived before a moment on the clock of `headSinceMs`; running jobs are still answered. */
  shed(shed: Shed): void
  /** Refuses new work; resolves when everything admitted is settled. */
  close(refusal: AppError): Promise<void>
}

/** Which calls to refuse because their model was not loaded in time. */
export interface Shed {
  arrivedBeforeMs: number
  refusal: AppError
}
