import { type Sums, sumsOf } from './least-squares.ts'

/** How much a newer run counts against the ones of its like before it, once there are several. */
const runWeight = 0.1
/** How fast it is forgotten how often runs of a like were made. */
const hitsFade = 0.98

interface Like {
  /** What its runs had on average: one, their padded units, and these times their length. */
  features: number[]
  runMs: number
  count: number
  /** How often it ran of late, as of the latest of its runs. */
  hits: number
  /** Which of all runs that was. */
  latest: number
}

/**
 * What runs took, by about how many items they had and how long. Old ones fade behind newer ones of their like alone:
 * where all runs are alike for a while, they tell nothing of what others take, and what was known of those must stay.
 */
export class MeasuredShapes {
  /** By the powers of two that hold them: a few hundred at most. */
  readonly #likes = new Map<number, Like>()
  #runs = 0

  add({ items, longest, runMs }: { items: number; longest: number; runMs: number }): void {
    const key = 64 * Math.ceil(Math.log2(items)) + Math.ceil(Math.log2(Math.max(1, longest)))
    const units = items * longest
    const features = [1, units, units * longest]
    const latest = ++this.#runs
    const like = this.#likes.get(key)
    if (like === undefined) {
      this.#likes.set(key, { features, runMs, count: 1, hits: 1, latest })
      return
    }
    like.count++
    const weight = Math.max(runWeight, 1 / like.count)
    like.features = like.features.map((value, at) => value + weight * ((features[at] ?? 0) - value))
    like.runMs += weight * (runMs - like.runMs)
    like.hits = this.#hitsOf(like) + 1
    like.latest = latest
  }

  /**
   * What a fit needs. What runs now is fitted best, for no curve fits all on a GPU, where small runs take all the same
   * time; what has not run for long stays in it as one run.
   */
  sums(): Sums {
    return sumsOf(
      [...this.#likes.values()].map((like) => ({
        features: like.features.map((value) => value / like.runMs),
        weight: Math.max(1, this.#hitsOf(like)),
      })),
    )
  }

  #hitsOf({ hits, latest }: Like): number {
    return hits * hitsFade ** (this.#runs - latest)
  }
}
