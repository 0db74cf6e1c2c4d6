import type { Threads } from './engine.ts'

/** How much a newer run counts against the ones before it; more where it was faster, as a first run makes room. */
const weights = { slower: 0.2, faster: 0.5 }
/** One run in so many is made the other way, to learn whether that has become the faster one. */
const trialEvery = 32

/**
 * Whether a run that has the engines to itself is faster with a thread on every core or with its engine's own. On an
 * idle machine the former is (MiniLM, one text, two cores: 2.8 ms against 4.1), but its threads wait for each other at
 * every step, so that anything else which wants a core makes it the slower one; so it is learnt from the runs.
 */
export class ThreadChoice {
  readonly #msPerUnit: Partial<Record<Threads, number>> = {}
  #runs = 0

  next(): Threads {
    const { own, all } = this.#msPerUnit
    if (all === undefined) return 'all'
    if (own === undefined) return 'own'
    const [faster, slower] = all <= own ? (['all', 'own'] as const) : (['own', 'all'] as const)
    return ++this.#runs % trialEvery === 0 ? slower : faster
  }

  /** Of runs that had the engines to themselves until they ended. */
  learn({ threads, units, runMs }: { threads: Threads; units: number; runMs: number }): void {
    const latest = runMs / Math.max(1, units)
    const before = this.#msPerUnit[threads]
    const weight = before !== undefined && latest < before ? weights.faster : weights.slower
    this.#msPerUnit[threads] = before === undefined ? latest : before + weight * (latest - before)
  }
}
