import type { Threads } from './engine.ts'
import { ThreadChoice } from './thread-choice.ts'

/** How many runs are under way in all engines that share the cores. */
export interface Crowd {
  running: number
}

/** With how many threads the runs of one engine are made: more than its own only where no other engine runs anything. */
export class LoneRuns {
  readonly #crowd: Crowd
  readonly #isPossible: boolean
  readonly #choices = new Map<string, ThreadChoice>()

  constructor({ crowd, isPossible }: { crowd: Crowd; isPossible: boolean }) {
    this.#crowd = crowd
    this.#isPossible = isPossible
  }

  /** Runs with the threads that suit, and learns from it; a run counts from before this is called. */
  async make<Answer>({ modelId, units, run }: LoneRun<Answer>): Promise<Answer> {
    const choice = this.#isPossible && this.#isAlone ? this.#choiceOf(modelId) : undefined
    const threads = choice?.next() ?? 'own'
    const startedMs = performance.now()
    const answer = await run(threads)
    // Another run that came meanwhile took a core from this one.
    if (this.#isAlone) choice?.learn({ threads, units, runMs: performance.now() - startedMs })
    return answer
  }

  forget(modelId: string): void {
    this.#choices.delete(modelId)
  }

  get #isAlone(): boolean {
    return this.#crowd.running === 1
  }

  #choiceOf(modelId: string): ThreadChoice {
    const choice = this.#choices.get(modelId) ?? new ThreadChoice()
    this.#choices.set(modelId, choice)
    return choice
  }
}

interface LoneRun<Answer> {
  modelId: string
  /** What its time grows with. */
  units: number
  run: (threads: Threads) => Promise<Answer>
}
