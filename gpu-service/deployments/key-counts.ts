import type { Principal } from '../../shared/auth/principal.ts'
import type { Metrics } from '../../shared/metrics.ts'

/** Limits the pairs of deployment and key, each of which is a time series in somebody's Prometheus. */
const pairsMax = 500

/** Counts requests by deployment and API key, as long as there is room; other keys are counted together. */
export class KeyCounts {
  readonly #metrics: Pick<Metrics, 'keyRequests'>
  readonly #pairsMax: number
  /** The keys with counts of their own, by deployment. */
  readonly #known = new Map<string, Set<string>>()
  #pairs = 0

  constructor({ metrics, max = pairsMax }: { metrics: Pick<Metrics, 'keyRequests'>; max?: number }) {
    this.#metrics = metrics
    this.#pairsMax = max
  }

  count({ deployment, caller }: { deployment: string; caller: Principal | undefined }): void {
    this.#metrics.keyRequests.inc({ deployment, key: this.#labelFor(deployment, caller) })
  }

  /** Frees its room. */
  forget(deployment: string): void {
    const known = this.#known.get(deployment) ?? []
    for (const key of [...known, 'session', 'other']) this.#metrics.keyRequests.remove({ deployment, key })
    this.#pairs -= this.#known.get(deployment)?.size ?? 0
    this.#known.delete(deployment)
  }

  #labelFor(deployment: string, caller: Principal | undefined): string {
    // The ids of sessions change each time and are useless in a graph.
    if (caller === undefined || !caller.keyId.startsWith('key_')) return 'session'
    const known = this.#known.get(deployment) ?? new Set()
    if (known.has(caller.keyId)) return caller.keyId
    if (this.#pairs >= this.#pairsMax) return 'other'
    this.#known.set(deployment, known.add(caller.keyId))
    this.#pairs++
    return caller.keyId
  }
}
