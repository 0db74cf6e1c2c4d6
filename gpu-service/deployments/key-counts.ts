import type { Principal } from '../../shared/auth/principal.ts'
import type { Metrics } from '../../shared/metrics.ts'

/** How many pairs of a deployment and a key are told apart: each is a time series in somebody's Prometheus. */
const pairsMax = 500

/** Counts requests by deployment and API key, as many keys as there is room for; the rest are counted together. */
export class KeyCounts {
  readonly #metrics: Pick<Metrics, 'keyRequests'>
  readonly #pairsMax: number
  readonly #known = new Set<string>()

  constructor({ metrics, max = pairsMax }: { metrics: Pick<Metrics, 'keyRequests'>; max?: number }) {
    this.#metrics = metrics
    this.#pairsMax = max
  }

  count({ deployment, caller }: { deployment: string; caller: Principal | undefined }): void {
    this.#metrics.keyRequests.inc({ deployment, key: this.#labelFor(deployment, caller) })
  }

  #labelFor(deployment: string, caller: Principal | undefined): string {
    // A session has an id of its own each time, and nobody looks for it in a graph.
    if (caller === undefined || !caller.keyId.startsWith('key_')) return 'session'
    const pair = `${deployment} ${caller.keyId}`
    if (!this.#known.has(pair) && this.#known.size >= this.#pairsMax) return 'other'
    this.#known.add(pair)
    return caller.keyId
  }
}
