import type { CacheBudget } from './cache-budget.ts'
import type { Job } from './job.ts'
import { KeptHits } from './kept-hits.ts'
import { ResultCache } from './result-cache.ts'

export interface JobMaker<Input> {
  sizeOf(input: Input): number
  groupOf?: ((input: Input) => string) | undefined
  keyOf?: ((input: Input) => string) | undefined
  aloneMs(size: number): number
}

export interface SharedJobsOptions<Input> extends JobMaker<Input> {
  cachedMax: number
  cacheBudget: CacheBudget
}

/** What answers one input of a call: a job, old or new, or an answer from before. */
export type Source<Input, Output> = { job: Job<Input, Output> } | { output: Output }

/** The jobs that wait or run, by the key of their input, so that what is asked for twice is computed once. */
export class SharedJobs<Input, Output> {
  readonly #make: JobMaker<Input>
  readonly #cache: ResultCache<Output>
  readonly #hits: KeptHits | undefined
  readonly #byKey = new Map<string, Job<Input, Output>>()

  constructor({ cachedMax, cacheBudget, ...make }: SharedJobsOptions<Input>) {
    this.#make = make
    this.#cache = new ResultCache({ itemsMax: cachedMax, budget: cacheBudget })
    // Without keys nothing is kept.
    this.#hits = cachedMax > 0 && make.keyOf !== undefined ? new KeptHits() : undefined
  }

  /** Where the answer to each input will come from; nothing is kept of it before it is admitted. */
  sourcesOf(inputs: readonly Input[]): Source<Input, Output>[] {
    const { keyOf } = this.#make
    if (keyOf === undefined) return inputs.map((input) => ({ job: this.#jobOf(input, undefined) }))
    const fresh = new Map<string, Job<Input, Output>>()
    const sources = inputs.map((input): Source<Input, Output> => {
      const key = keyOf(input)
      const output = this.#cache.get(key)
      if (output !== undefined) return { output }
      const job = this.#byKey.get(key) ?? fresh.get(key) ?? this.#jobOf(input, key)
      if (job.state === 'new') fresh.set(key, job)
      return { job }
    })
    this.#hits?.saw({ found: sources.filter((source) => 'output' in source).length, of: inputs.length })
    return sources
  }

  /** Whether a request that is not read yet may be one that is answered from what is kept. */
  mayBeKept(nowMs: number): boolean {
    return this.#hits?.isWorthALook(nowMs) ?? false
  }

  admitted(job: Job<Input, Output>): void {
    if (job.key !== undefined) this.#byKey.set(job.key, job)
  }

  /** Nobody may join it any more; an answer is kept where the deployment wants that. */
  ended(job: Job<Input, Output>, output?: Output): void {
    if (job.key === undefined) return
    if (this.#byKey.get(job.key) === job) this.#byKey.delete(job.key)
    if (output !== undefined) this.#cache.set(job.key, output)
  }

  /** Keeps no answers from now on. */
  close(): void {
    this.#cache.close()
  }

  #jobOf(input: Input, key: string | undefined): Job<Input, Output> {
    const { sizeOf, groupOf, aloneMs } = this.#make
    const size = sizeOf(input)
    const fresh = { state: 'new' as const, deaths: 0, seenIn: 0, tickets: [] }
    return { input, size, key, group: groupOf?.(input), aloneMs: aloneMs(size), ...fresh }
  }
}
