import type { Timers } from '../../../../gpu-service/batcher/deadlines.ts'
import { Heap, type Placed } from '../../../../gpu-service/batcher/heap.ts'

interface Event extends Placed {
  atMs: number
  order: number
  happen: () => void
}

/** A clock that stands still until told to advance, with the events scheduled on it. */
export class VirtualTime {
  nowMs = 0
  #order = 0
  readonly #events = new Heap<Event>(
    (one, other) => one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order),
  )
  readonly now = () => this.nowMs

  readonly timers: Timers = {
    start: (callback, delayMs) => this.after(delayMs, callback),
    stop: (timer) => this.#events.remove(timer as Event),
  }

  after(delayMs: number, happen: () => void): Event {
    const event: Event = { atMs: this.nowMs + delayMs, order: this.#order++, happen, place: -1 }
    this.#events.add(event)
    return event
  }

  /** Fulfilled after this delay. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve))
  }

  /** Runs every event up to this moment, each with all that it leads to before the next. */
  async runTo(untilMs: number): Promise<void> {
    for (let { first } = this.#events; first !== undefined && first.atMs <= untilMs; { first } = this.#events) {
      this.#events.remove(first)
      this.nowMs = Math.max(this.nowMs, first.atMs)
      first.happen()
      // Twice, because what an event leads to may wait for a turn of its own.
      for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    if (untilMs < Number.POSITIVE_INFINITY) this.nowMs = Math.max(this.nowMs, untilMs)
  }
}
