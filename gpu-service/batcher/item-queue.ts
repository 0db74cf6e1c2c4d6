import type { AppError } from '../../shared/errors.ts'
import type { WorkSource } from '../engine/engine-pool.ts'

export interface QueueLimits {
  /** The most items that may wait. */
  queuedMax: number
  /** How long a new item may have to wait before it is refused. */
  waitMsMax: number
  /** How much of an engine's time one request may ask for. */
  requestMsMax: number
}

/** What runs the batches: told of new work, it takes it, and it knows how long that will have to wait. */
export interface Lane {
  wake(): void
  /** How long what waits in a queue will take to be started. */
  waitMs(queue: WorkSource): number
}

export interface BatchResult<Output> {
  output: Output
  queueMs: number
  runMs: number
  batchSize: number
}

/** A batcher as everything but its own task sees it. */
export interface ItemQueue extends WorkSource {
  /** Items that wait. */
  readonly depth: number
  /** Refuses before any work was put into a request. @throws AppError `overloaded` */
  assertRoom(count: number): void
  /** Teaches the measured speed before the first request, from the warm-up. */
  learn(run: { cost: number; runMs: number }): void
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
