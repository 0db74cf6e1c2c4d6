import type { Engine, EngineRun } from '../engine/engine.ts'
import type { BatchObserver } from './batch-observer.ts'
import type { BatchLimits } from './cut-batch.ts'
import type { Timers } from './deadlines.ts'
import type { QueueLimits, Scheduler } from './item-queue.ts'

export interface BatcherOptions<Input, Output> {
  /** Runs a batch; the answers are as many as the inputs, in their order. Callers of one input may share its answer. */
  run(inputs: readonly Input[], engine: Engine, how?: Pick<EngineRun, 'more' | 'watch'>): Promise<Output[]>
  /** Whether other models have of the memory that a run may come to lack. */
  sharesMemory?: () => boolean
  /** What an input counts towards the cost of a run: its tokens, or 1. */
  sizeOf(input: Input): number
  /** How many of the tokens it is that its deployment may answer; none, where it is not said. */
  tokensOf?: ((input: Input) => number) | undefined
  /** Only inputs of one group share a run. */
  groupOf?: ((input: Input) => string) | undefined
  /** Inputs of one key are computed once while they wait or run. */
  keyOf?: ((input: Input) => string) | undefined
  /** How many shares of the model a tenant has; one, where it is not said. */
  weightOf?: (tenant: string) => number
  limits: BatchLimits & QueueLimits
  scheduler: Scheduler
  observe: BatchObserver
  now?: () => number
  timers?: Timers
}
