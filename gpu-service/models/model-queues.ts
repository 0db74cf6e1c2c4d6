import type { ItemQueue } from '../batcher/item-queue.ts'
import type { GatedQueue } from './gated-queue.ts'
import type { MeasuredRun } from './load-into-engine.ts'

interface Queue {
  gate: GatedQueue
  queue: ItemQueue
  graph: string
}

/** The gated queues of all users of a model. */
export class ModelQueues {
  readonly #queues = new Set<Queue>()
  #speed: readonly MeasuredRun[] = []

  get haveWork(): boolean {
    return this.#queues.values().some(({ gate }) => gate.headSinceMs !== undefined)
  }

  add(added: Queue): void {
    this.#queues.add(added)
    this.#teach(added)
  }

  remove(gate: GatedQueue): void {
    for (const known of this.#queues) if (known.gate === gate) this.#queues.delete(known)
  }

  /** Called when the model was loaded or unloaded. */
  wake(): void {
    for (const { gate } of this.#queues) gate.wake()
  }

  /** Applies measured speeds to all queues, including later ones. */
  learn(speed: readonly MeasuredRun[]): void {
    if (speed.length === 0) return
    this.#speed = speed
    for (const known of this.#queues) this.#teach(known)
  }

  #teach({ queue, graph }: Queue): void {
    for (const run of this.#speed) if (run.graph === graph) queue.learn(run)
  }
}
