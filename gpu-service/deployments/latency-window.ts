import { sharedFaults } from './caller-faults.ts'

/** What happened within a time window, as the basis of a canary's verdict. */
export interface Sample {
  answered: number
  failed: number
  /** The 95th percentile, within a tenth. */
  p95Ms: number
}

const slicesPerWindow = 12
const callersPerSliceMax = 200
/** Buckets from 0.1 ms on, each a tenth wider than the last; the final one begins at two minutes. */
const bucketCount = 150
const firstMs = 0.1
const growth = Math.log(1.1)

interface Slice {
  number: number
  answered: number
  failed: number
  buckets: Uint32Array
  /** Errors that may be a caller's own fault, by caller. */
  faults: Map<string, number>
}

/** Counts recent outcomes in time slices, which are dropped one by one. */
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

  /** An error that may be the caller's own fault. */
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
