import { type EngineDied, ModelHung } from '../engine/engine.ts'
import type { Job } from './job.ts'

/**
 * Batches whose engine died. Each runs once more as it was, before all that waits, by whichever engine is free first;
 * when that one dies too, its members run one by one; what is lost with a third engine is not run again. Two may end at
 * the same moment, and one be given work before its end is known.
 */
export class RetryList<Input, Output> {
  #batches: Job<Input, Output>[][] = []

  /** Tickets that wait here. */
  get size(): number {
    let tickets = 0
    for (const batch of this.#batches) for (const job of batch) tickets += job.tickets.length
    return tickets
  }

  get oldestMs(): number {
    const calls = this.#batches.flat().flatMap(({ tickets }) => tickets.map(({ call }) => call.arrivedMs))
    return calls.reduce((oldest, arrivedMs) => Math.min(oldest, arrivedMs), Number.POSITIVE_INFINITY)
  }

  /** Takes in what an engine was lost with, and gives back what is not to be run again. */
  add(jobs: readonly Job<Input, Output>[], error: EngineDied): readonly Job<Input, Output>[] {
    for (const job of jobs) job.deaths++
    // A model that never ends would cost another engine for good.
    if (error instanceof ModelHung || (jobs.length === 1 && jobs.every(({ deaths }) => deaths > 2))) return jobs
    const wanted = jobs.filter(({ tickets }) => tickets.length > 0)
    if (jobs.every(({ deaths }) => deaths === 1)) this.#batches.push(wanted)
    else for (const job of wanted) this.#batches.push([job])
    return []
  }

  /** The next batch without those whom nobody waits for any more. */
  next(): Job<Input, Output>[] | undefined {
    for (let batch = this.#batches.shift(); batch !== undefined; batch = this.#batches.shift()) {
      const wanted = batch.filter(({ tickets }) => tickets.length > 0)
      if (wanted.length > 0) return wanted
    }
    return undefined
  }

  get tickets() {
    return this.#batches.flat().flatMap(({ tickets }) => tickets)
  }
}
