import type { CacheBudget } from './cache-budget.ts'
import { CacheHitRate } from './cache-hit-rate.ts'
import type { Job } from './job.ts'
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

/** Where the answer to one input comes from: a job, existing or new, or the cache. */
export type Source<Input, Output> = { job: Job<Input, Output> } | { output: Output }

/** The queued and running jobs by the key of their input, so that identical inputs are computed once. */
export class SharedJobs<Input, Output> {
  readonly #make: JobMaker<Input>
  readonly #cache: ResultCache<Output>
  readonly #hits: CacheHitRate | undefined
  readonly #byKey = new Map<string, Job<Input, Output>>()

  constructor({ cachedMax, cacheBudget, ...make }: SharedJobsOptions<Input>) {
    this.#make = make
    this.#cache = new ResultCache({ itemsMax: cachedMax, budget: cacheBudget })
    // Without keys nothing is cached.
    this.#hits = cachedMax > 0 && make.keyOf !== undefined ? new CacheHitRate() : undefined
  }

  /** Finds a source for each input; new jobs are not shared until they are admitted. */
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

  /** Whether a request that has not been parsed yet may be answered from the cache. */
  mayBeCached(nowMs: number): boolean {
    return this.#hits?.isWorthLookup(nowMs) ?? false
  }

  admitted(job: Job<Input, Output>): void {
    if (job.key !== undefined) this.#byKey.set(job.key, job)
  }

  /** Stops callers from joining the job and caches its output if the deployment has a cache. */
  ended(job: Job<Input, Output>, output?: Output): void {
    if (job.key === undefined) return
    if (this.#byKey.get(job.key) === job) this.#byKey.delete(job.key)
    if (output !== undefined) this.#cache.set(job.key, output)
  }

  /** Drops all cached answers and caches no more. */
  close(): void {
    this.#cache.close()
  }

  #jobOf(input: Input, key: string | undefined): Job<Input, Output> {
    const { sizeOf, groupOf, aloneMs } = this.#make
    const size = sizeOf(input)
    const fresh = { state: 'new' as const, deaths: 0, lastWalk: 0, tickets: [] }
    return { input, size, key, group: groupOf?.(input), aloneMs: aloneMs(size), ...fresh }
  }
}
