import { type EngineDied, ModelHung } from '../engine/engine.ts'
import type { Job } from './job.ts'

/**
 * Batches whose engine died. Each is retried once as it was, ahead of the queue; if that engine dies too, its members run
 * one by one; a job that loses a third engine is given up. Two retries are needed because several engines may die at
 * once, and one may be given work before its death is noticed.
 */
export class RetryList<Input, Output> {
  #batches: Job<Input, Output>[][] = []

  /** The number of waiting tickets. */
  get size(): number {
    let tickets = 0
    for (const batch of this.#batches) for (const job of batch) tickets += job.tickets.length
    return tickets
  }

  get oldestMs(): number {
    const calls = this.#batches.flat().flatMap(({ tickets }) => tickets.map(({ call }) => call.arrivedMs))
    return calls.reduce((oldest, arrivedMs) => Math.min(oldest, arrivedMs), Number.POSITIVE_INFINITY)
  }

  /** Adds the jobs that an engine died with and returns those to give up. */
  add(jobs: readonly Job<Input, Output>[], error: EngineDied): readonly Job<Input, Output>[] {
    for (const job of jobs) job.deaths++
    // A run that never ends would block another engine.
    if (error instanceof ModelHung || (jobs.length === 1 && jobs.every(({ deaths }) => deaths > 2))) return jobs
    const wanted = jobs.filter(({ tickets }) => tickets.length > 0)
    if (jobs.every(({ deaths }) => deaths === 1)) this.#batches.push(wanted)
    else for (const job of wanted) this.#batches.push([job])
    return []
  }

  /** The next batch, without jobs that nobody waits for any more. */
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
