import { isShortOfMemory } from '../engine/short-of-memory.ts'
import type { BatchLimits } from './cut-batch.ts'

/** In what time a run may cost twice as much again: an attempt that comes too early is a failed run. */
const doublesMs = 5 * 60_000

/** What a batch that was retried in halves tells about memory. */
export interface Shortage {
  /** The least that a part cost for which there was too little. */
  costMin: number
  /** Whether one input found too little by itself, which says nothing about the others. */
  isOfInput: boolean
}

export const noShortage = (): Shortage => ({ costMin: Number.POSITIVE_INFINITY, isOfInput: false })

/** Notes that a part of the batch failed. */
export function noteShortage(shortage: Shortage, { error, cost, items }: FailedPart): void {
  if (!isShortOfMemory(error)) return
  if (items === 1) shortage.isOfInput = true
  else shortage.costMin = Math.min(shortage.costMin, cost)
}

interface FailedPart {
  error: unknown
  cost: number
  items: number
}

/** How much a run may cost after one ran out of memory: as much as its halves did, and slowly more again. */
export class MemoryBound {
  #costMax = Number.POSITIVE_INFINITY
  #sinceMs = 0

  learn({ costMin, isOfInput }: Shortage, nowMs: number): void {
    // A run that began under an earlier bound does not raise a lower one.
    if (isOfInput || costMin / 2 >= this.#costAt(nowMs)) return
    this.#costMax = costMin / 2
    this.#sinceMs = nowMs
  }

  /** The limits as they are, or with less for a run. */
  within<Limits extends BatchLimits>(limits: Limits, nowMs: number): Limits {
    if (this.#costMax === Number.POSITIVE_INFINITY) return limits
    const costMax = this.#costAt(nowMs)
    if (costMax < limits.costMax) return { ...limits, costMax }
    this.#costMax = Number.POSITIVE_INFINITY
    return limits
  }

  #costAt(nowMs: number): number {
    return this.#costMax * 2 ** ((nowMs - this.#sinceMs) / doublesMs)
  }
}
