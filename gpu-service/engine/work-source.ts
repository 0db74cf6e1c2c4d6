import type { Engine } from './engine.ts'

/** One model's queue, from which a free engine takes the next batch. */
export interface WorkSource {
  /** When the oldest waiting item arrived; undefined if nothing waits. */
  readonly headSinceMs: number | undefined
  /** The time one engine needs for everything that waits. */
  readonly backlogMs: number
  /** Its weight in sharing the engines. @default 1 */
  readonly weight?: number
  /** Whether enough waits that a batch taken now would hardly grow until a busy engine is free. */
  readonly isWorthStaging?: boolean
  /** Whether its model is loaded in the engines. The pool must be woken when this changes. @default true */
  readonly isRunnable?: boolean
  /** Takes a batch, runs it and calls `began` when the engine starts; never rejects. */
  work(engine: Engine, freeEngines: number, began?: () => void): Promise<void>
  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void>
}

export const canRun = ({ headSinceMs, isRunnable = true }: WorkSource): boolean =>
  isRunnable && headSinceMs !== undefined
