import type { Engine, EngineRun } from '../engine/engine.ts'
import type { BatchObserver } from './batch-observer.ts'
import type { BatchLimits } from './cut-batch.ts'
import type { Timers } from './deadlines.ts'
import type { QueueLimits, Scheduler } from './item-queue.ts'

export interface BatcherOptions<Input, Output> {
  /** Runs a batch and returns one output per input, in the same order. Identical inputs may share an output. */
  run(inputs: readonly Input[], engine: Engine, how?: Pick<EngineRun, 'more' | 'watch'>): Promise<Output[]>
  /** Whether other models use the same device memory. */
  sharesMemory?: () => boolean
  /** The share of an input in the cost of a run: its number of tokens, or 1. */
  sizeOf(input: Input): number
  /** The number of tokens counted against the deployment's limit; 0 by default. */
  tokensOf?: ((input: Input) => number) | undefined
  /** Only inputs of the same group share a run. */
  groupOf?: ((input: Input) => string) | undefined
  /** Inputs with the same key are computed once while one of them waits or runs. */
  keyOf?: ((input: Input) => string) | undefined
  /** A tenant's weight in the fair queue; 1 by default. */
  weightOf?: (tenant: string) => number
  limits: BatchLimits & QueueLimits
  scheduler: Scheduler
  observe: BatchObserver
  now?: () => number
  timers?: Timers
}
