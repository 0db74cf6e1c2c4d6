import type { Threads } from './engine.ts'
import { ThreadChoice } from './thread-choice.ts'

/** The number of runs in progress in all engines of the machine. */
export interface ActiveRuns {
  count: number
}

/** Chooses the number of threads of an engine's runs: more than its own only if no other engine is running. */
export class LoneRuns {
  readonly #activeRuns: ActiveRuns
  readonly #isPossible: boolean
  readonly #choices = new Map<string, ThreadChoice>()

  constructor({ activeRuns, isPossible }: { activeRuns: ActiveRuns; isPossible: boolean }) {
    this.#activeRuns = activeRuns
    this.#isPossible = isPossible
  }

  /** Runs with the faster choice of threads and learns from it. The run must already be counted in `activeRuns`. */
  async make<Answer>({ modelId, units, run }: LoneRun<Answer>): Promise<Answer> {
    const choice = this.#isPossible && this.#isAlone ? this.#choiceOf(modelId) : undefined
    const threads = choice?.next() ?? 'own'
    const startedMs = performance.now()
    const answer = await run(threads)
    // A run that started meanwhile took a core from this one, so its time says nothing.
    if (this.#isAlone) choice?.learn({ threads, units, runMs: performance.now() - startedMs })
    return answer
  }

  forget(modelId: string): void {
    this.#choices.delete(modelId)
  }

  get #isAlone(): boolean {
    return this.#activeRuns.count === 1
  }

  #choiceOf(modelId: string): ThreadChoice {
    const choice = this.#choices.get(modelId) ?? new ThreadChoice()
    this.#choices.set(modelId, choice)
    return choice
  }
}

interface LoneRun<Answer> {
  modelId: string
  /** A size that its time is proportional to. */
  units: number
  run: (threads: Threads) => Promise<Answer>
}
