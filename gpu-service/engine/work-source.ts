import type { Engine } from './engine.ts'

/** A queue of one model's work, from which a free engine takes the next batch. */
export interface WorkSource {
  /** When the oldest waiting item arrived, or `undefined` where nothing waits. */
  readonly headSinceMs: number | undefined
  /** How long one engine would need for all that waits here. */
  readonly backlogMs: number
  /** How many shares of the engines it has; one, where it is not said. */
  readonly weight?: number
  /** Whether so much waits that a run which is cut now, behind another, would hardly grow until that ends. */
  readonly isWorthStaging?: boolean
  /** Whether its model is in the engines now; it is where this is absent. Whoever changes it wakes the pool. */
  readonly isRunnable?: boolean
  /** Takes a batch now and runs it, and says when the engine begins; never rejects. */
  work(engine: Engine, freeEngines: number, began?: () => void): Promise<void>
  /** Fulfilled when nothing waits and nothing runs. */
  idle(): Promise<void>
}

export const canRun = ({ headSinceMs, isRunnable = true }: WorkSource): boolean =>
  isRunnable && headSinceMs !== undefined
