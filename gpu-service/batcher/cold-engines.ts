import type { Engine } from '../engine/engine.ts'
import type { CostModel } from './cost-model.ts'

/**
 * Which engines have run a model that nobody warmed up. The first run of each may take a hundred times as long as those
 * behind it: taken for the model's speed, it would have the next callers refused by an idle server.
 */
export class ColdEngines {
  readonly #warm = new WeakSet<Engine>()

  /** Told after each run: whether that says how fast the engine is. */
  isWarm(engine: Engine, { isWarmedUp }: Pick<CostModel, 'isWarmedUp'>): boolean {
    const isWarm = isWarmedUp || this.#warm.has(engine)
    this.#warm.add(engine)
    return isWarm
  }
}
