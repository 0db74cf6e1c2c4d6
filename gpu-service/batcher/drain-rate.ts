/** How much a newer run counts against the ones before it. */
const weight = 0.2

/** The measured speed of a model on one engine, as cost per millisecond, following its latest runs. */
export class DrainRate {
  #costPerMs: number | undefined

  observe({ cost, runMs }: { cost: number; runMs: number }): void {
    const latest = cost / Math.max(runMs, 0.001)
    this.#costPerMs = this.#costPerMs === undefined ? latest : this.#costPerMs + weight * (latest - this.#costPerMs)
  }

  /** Zero until a run was measured: a cold model refuses nobody. */
  msFor(cost: number): number {
    return this.#costPerMs === undefined ? 0 : cost / this.#costPerMs
  }
}
