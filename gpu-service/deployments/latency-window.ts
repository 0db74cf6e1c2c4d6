import { sharedFaults } from './caller-faults.ts'

/** What was done within a window of time, as a canary is judged by. */
export interface Sample {
  answered: number
  failed: number
  /** Below which 95 of 100 answers stayed, to a tenth of it. */
  p95Ms: number
}

const slicesPerWindow = 12
const callersPerSliceMax = 200
/** From a tenth of a millisecond on, each a tenth wider than the one before: the last begins at two minutes. */
const bucketCount = 150
const firstMs = 0.1
const growth = Math.log(1.1)

interface Slice {
  number: number
  answered: number
  failed: number
  buckets: Uint32Array
  /** What may be its callers' own fault, by caller. */
  faults: Map<string, number>
}

/** Counts outcomes of the last while, in slices of it that are forgotten one by one. */
export class LatencyWindow {
  readonly windowMs: number
  readonly #now: () => number
  readonly #slices: Slice[] = []

  constructor({ windowMs, now }: { windowMs: number; now: () => number }) {
    this.windowMs = windowMs
    this.#now = now
  }

  answered(latencyMs: number): void {
    const slice = this.#slice()
    slice.answered++
    const bucket = Math.min(bucketCount - 1, Math.floor(Math.log(Math.max(firstMs, latencyMs) / firstMs) / growth))
    slice.buckets[bucket] = (slice.buckets[bucket] ?? 0) + 1
  }

  failed(items: number): void {
    this.#slice().failed += items
  }

  /** What may be the caller's own fault. */
  faulted(caller: string): void {
    const { faults } = this.#slice()
    if (faults.has(caller) || faults.size < callersPerSliceMax) faults.set(caller, (faults.get(caller) ?? 0) + 1)
  }

  sample(): Sample {
    const oldest = this.#number() - slicesPerWindow
    const recent = this.#slices.filter(({ number }) => number > oldest)
    const answered = recent.reduce((total, slice) => total + slice.answered, 0)
    const ownFailed = recent.reduce((total, slice) => total + slice.failed, 0)
    const failed = ownFailed + sharedFaults(recent.map(({ faults }) => faults))
    return { answered, failed, p95Ms: answered === 0 ? 0 : p95Of(recent, answered) }
  }

  #slice(): Slice {
    const number = this.#number()
    const last = this.#slices.at(-1)
    if (last?.number === number) return last
    const slice = { number, answered: 0, failed: 0, buckets: new Uint32Array(bucketCount), faults: new Map() }
    this.#slices.push(slice)
    if (this.#slices.length > slicesPerWindow) this.#slices.shift()
    return slice
  }

  #number(): number {
    return Math.floor(this.#now() / (this.windowMs / slicesPerWindow))
  }
}

function p95Of(slices: readonly Slice[], answered: number): number {
  let seen = 0
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    for (const { buckets } of slices) seen += buckets[bucket] ?? 0
    if (seen >= answered * 0.95) return firstMs * Math.exp(growth * (bucket + 1))
  }
  return Number.POSITIVE_INFINITY
}
