import { type Sums, sumsOf } from './least-squares.ts'

/** The weight of a new run in the average of its bucket, once the bucket holds several. */
const runWeight = 0.1
/** The decay per run of how often a bucket was hit. */
const hitsFade = 0.98

interface Bucket {
  /** Averages over its runs: 1, padded units, padded units times length. */
  features: number[]
  runMs: number
  count: number
  /** Decayed number of hits as of its latest run. */
  hits: number
  /** The number of its latest run among all runs. */
  latest: number
}

/**
 * Run times in buckets of similar shapes. A run only displaces older ones of its own bucket: while all runs are alike,
 * what is known about other shapes must stay.
 */
export class MeasuredShapes {
  /** By items and length rounded up to powers of two: a few hundred at most. */
  readonly #buckets = new Map<number, Bucket>()
  #runs = 0

  add({ items, longest, runMs }: { items: number; longest: number; runMs: number }): void {
    const key = 64 * Math.ceil(Math.log2(items)) + Math.ceil(Math.log2(Math.max(1, longest)))
    const units = items * longest
    const features = [1, units, units * longest]
    const latest = ++this.#runs
    const bucket = this.#buckets.get(key)
    if (bucket === undefined) {
      this.#buckets.set(key, { features, runMs, count: 1, hits: 1, latest })
      return
    }
    bucket.count++
    const weight = Math.max(runWeight, 1 / bucket.count)
    bucket.features = bucket.features.map((value, at) => value + weight * ((features[at] ?? 0) - value))
    bucket.runMs += weight * (runMs - bucket.runMs)
    bucket.hits = this.#hitsOf(bucket) + 1
    bucket.latest = latest
  }

  /**
   * The sums for a fit. Recent shapes weigh most, because no curve fits all shapes on a GPU, where all small runs take
   * the same time; a bucket that has not run for long still counts as one run.
   */
  sums(): Sums {
    return sumsOf(
      [...this.#buckets.values()].map((bucket) => ({
        features: bucket.features.map((value) => value / bucket.runMs),
        weight: Math.max(1, this.#hitsOf(bucket)),
      })),
    )
  }

  #hitsOf({ hits, latest }: Bucket): number {
    return hits * hitsFade ** (this.#runs - latest)
  }
}
