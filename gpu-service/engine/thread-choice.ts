import type { Threads } from './engine.ts'

/** The weight of a new run in the average; higher if it was faster, because first runs allocate memory. */
const weights = { slower: 0.2, faster: 0.5 }
/** One run in this many uses the slower choice, to learn whether it has become the faster one. */
const trialEvery = 32

/**
 * Learns whether a run that is alone on the machine is faster with one thread per core or with its engine's own threads.
 * On an idle machine more threads are faster (MiniLM, one text, two cores: 2.8 ms against 4.1), but they wait for each
 * other at every operator, so any other load can make them slower.
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

  /** Only for runs that were alone on the machine until they ended. */
  learn({ threads, units, runMs }: { threads: Threads; units: number; runMs: number }): void {
    const latest = runMs / Math.max(1, units)
    const before = this.#msPerUnit[threads]
    const weight = before !== undefined && latest < before ? weights.faster : weights.slower
    this.#msPerUnit[threads] = before === undefined ? latest : before + weight * (latest - before)
  }
}
