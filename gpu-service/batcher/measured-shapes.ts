import { type Sums, sumsOf } from './least-squares.ts'

/** How much a newer run counts against the ones of its like before it. */
const runWeight = 0.1

interface Like {
  /** What its runs had on average: one, their padded units, and these times their length. */
  features: number[]
  runMs: number
}

/**
 * What runs took, by about how many items they had and how long. Old ones fade behind newer ones of their like alone:
 * where all runs are alike for a while, they tell nothing of what others take, and what was known of those must stay.
 */
export class MeasuredShapes {
  /** By the powers of two that hold them: a few hundred at most. */
  readonly #likes = new Map<number, Like>()

  add({ items, longest, runMs }: { items: number; longest: number; runMs: number }): void {
    const key = 64 * Math.ceil(Math.log2(items)) + Math.ceil(Math.log2(Math.max(1, longest)))
    const units = items * longest
    const features = [1, units, units * longest]
    const like = this.#likes.get(key)
    if (like === undefined) {
      this.#likes.set(key, { features, runMs })
      return
    }
    like.features = like.features.map((value, at) => value + runWeight * ((features[at] ?? 0) - value))
    like.runMs += runWeight * (runMs - like.runMs)
  }

  /** What a fit needs, in which each of them counts the same. */
  sums(): Sums {
    return sumsOf([...this.#likes.values()].map(({ features, runMs }) => features.map((value) => value / runMs)))
  }
}
