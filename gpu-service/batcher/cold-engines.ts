import type { Engine } from '../engine/engine.ts'
import type { CostModel } from './cost-model.ts'

/**
 * Which engines have run a model that was not warmed up. The first run on each may take a hundred times as long as the
 * next ones; learning from it would make an idle server refuse the next callers.
 */
export class ColdEngines {
  readonly #warm = new WeakSet<Engine>()

  /** Call after each run; returns whether the run tells how fast the engine is. */
  isWarm(engine: Engine, { isWarmedUp }: Pick<CostModel, 'isWarmedUp'>): boolean {
    const isWarm = isWarmedUp || this.#warm.has(engine)
    this.#warm.add(engine)
    return isWarm
  }
}
