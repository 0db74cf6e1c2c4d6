import type { Job } from './job.ts'

/** Batches whose engine died: each runs once more as it was, before anything else. */
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

  add(batch: Job<Input, Output>[]): void {
    this.#batches.push(batch)
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
