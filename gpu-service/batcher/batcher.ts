import { type AppError, errors } from '../../shared/errors.ts'
import type { Engine } from '../engine/engine.ts'
import { AdmissionControl } from './admission-control.ts'
import { BatchRuns } from './batch-runs.ts'
import type { BatcherOptions } from './batcher-options.ts'
import { CacheBudget } from './cache-budget.ts'
import { CallLedger } from './call-ledger.ts'
import type { CallOptions } from './call-options.ts'
import { CostModel, type RunShape } from './cost-model.ts'
import { DrainRate } from './drain-rate.ts'
import type { BatchResult, ItemQueue, Measured, Shed } from './item-queue.ts'
import { MemoryBound } from './memory-bound.ts'
import { newCall } from './new-call.ts'
import { shareOfRun, type Work } from './share-of-run.ts'
import { SharedJobs } from './shared-jobs.ts'
import { takeNext } from './take-next.ts'
import { isWorthStaging } from './worth-staging.ts'

/**
 * The queue of one model. A free engine pulls from it, never a timer, and work that would wait too long is refused.
 * Every item is settled exactly once: answered, failed, expired, or dropped because its caller left.
 */
export class Batcher<Input, Output> implements ItemQueue {
  readonly #options: BatcherOptions<Input, Output>
  readonly #now: () => number
  readonly #costs = new CostModel()
  readonly #rate = new DrainRate()
  readonly #memory = new MemoryBound()
  readonly #shared: SharedJobs<Input, Output>
  readonly #ledger: CallLedger<Input, Output>
  readonly #admission: AdmissionControl<Input, Output>
  readonly #runs: BatchRuns<Input, Output>
  readonly #predictMs = (shape: RunShape) => this.#costs.predictMs(shape)
  readonly #engineMs = (aloneMs: number, work: Work) =>
    this.#rate.engineMs(aloneMs, shareOfRun({ work, limits: this.#limits, costs: this.#costs }))
  #running = 0
  /** The number of items in the batch that an engine took last. */
  #handedOver = 0
  #whenIdle: (() => void)[] = []
  #closedWith: AppError | undefined

  constructor(options: BatcherOptions<Input, Output>) {
    this.#options = options
    const { now = () => performance.now(), limits, observe } = options
    this.#now = now
    const aloneMs = (size: number) => this.#costs.predictMs({ items: 1, longest: size })
    const { cachedMax = 0, cacheBudget = new CacheBudget() } = limits
    this.#shared = new SharedJobs({ ...options, aloneMs, cachedMax, cacheBudget })
    this.#ledger = new CallLedger({ ...options, shared: this.#shared, now, left: () => this.#settleIdle() })
    const { waiting } = this.#ledger
    const { refused } = observe
    this.#admission = new AdmissionControl({
      ...options,
      waiting,
      rate: this.#rate,
      engineMs: this.#engineMs,
      now,
      refused,
    })
    this.#runs = new BatchRuns({
      ...options,
      ledger: this.#ledger,
      costs: this.#costs,
      rate: this.#rate,
      memory: this.#memory,
      now,
    })
  }

  async submit(input: Input, options: Partial<CallOptions> = {}): Promise<BatchResult<Output>> {
    const [result] = await this.submitAll([input], options)
    if (result === undefined) throw new Error('a batch of one came back empty')
    return result
  }

  /** Admits all inputs or none; if one fails, the others leave the queue. @throws AppError */
  submitAll(inputs: readonly Input[], options: Partial<CallOptions> = {}): Promise<BatchResult<Output>[]> {
    // An async method would answer three microtasks later.
    try {
      return this.#submitAll(inputs, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #submitAll(inputs: readonly Input[], asked: Partial<CallOptions>): Promise<BatchResult<Output>[]> {
    if (this.#closedWith !== undefined) throw this.#closedWith
    const { requestTimeoutMs = Number.POSITIVE_INFINITY } = this.#options.limits
    const latestMs = this.#now() + requestTimeoutMs
    const options = { ...asked, deadlineMs: Math.min(asked.deadlineMs ?? latestMs, latestMs) }
    if (options.signal?.aborted) throw errors.clientClosed()
    if (inputs.length === 0) return Promise.resolve([])
    const sources = this.#shared.sourcesOf(inputs)
    if (sources.some((source) => 'job' in source)) this.#admission.assertFeasible(sources, options)
    const { tokensOf } = this.#options
    if (tokensOf !== undefined) options.charge?.(inputs.reduce((total, input) => total + tokensOf(input), 0))
    return new Promise((resolve, reject) => {
      const call = newCall<Input, Output>({ count: inputs.length, nowMs: this.#now(), options, resolve, reject })
      this.#ledger.enter(call, sources, options.signal)
      this.#options.observe.depth(this.depth)
      this.#options.scheduler.wake()
    })
  }

  assertRoom(count: number, options: Partial<CallOptions> = {}): void {
    // Cached answers need no room, and only the parsed inputs tell whether they are cached.
    if (this.#shared.mayBeCached(this.#now())) return
    this.#admission.assertRoom(count, options)
  }

  learn({ items = 1, cost, runMs }: Measured): void {
    this.#costs.learn({ items, longest: cost / items, runMs })
  }

  shed({ arrivedBeforeMs, refusal }: Shed): void {
    for (const call of this.#ledger.callsBefore(arrivedBeforeMs)) this.#ledger.drop(call, refusal)
  }

  close(refusal: AppError): Promise<void> {
    this.#closedWith = refusal
    this.#shared.close()
    return this.idle()
  }

  get depth(): number {
    return this.#ledger.depth
  }

  get headSinceMs(): number | undefined {
    return this.depth === 0 ? undefined : this.#ledger.oldestMs
  }

  get backlogMs(): number {
    const { size, units, waitMs } = this.#ledger.waiting
    return this.#engineMs(waitMs, { items: size, units })
  }

  get isWorthStaging(): boolean {
    const { waiting, retries } = this.#ledger
    // A retried batch may kill its engine again, and anything staged behind it would be lost too.
    if (retries.size > 0) return false
    const handedOver = this.#running > 0 ? this.#handedOver : undefined
    return isWorthStaging({ waiting, handedOver, limits: this.#limits })
  }

  idle(): Promise<void> {
    if (this.depth === 0 && this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  async work(engine: Engine, freeEngines: number, began: () => void = () => {}): Promise<void> {
    // The thread may have been too busy to run the timer on time.
    this.#ledger.checkDeadlines()
    const { retries, waiting } = this.#ledger
    const lost = retries.next()
    const limits = this.#limits
    const next = { waiting, limits, nowMs: this.#now(), freeEngines, predictMs: this.#predictMs }
    const batches = lost === undefined ? takeNext(next) : [lost]
    this.#handedOver = batches.flat().length
    this.#options.observe.depth(this.depth)
    this.#running++
    await this.#runs.run({ batches, engine, began })
    this.#running--
    this.#rate.passed({ nowMs: this.#now(), areWaiting: this.depth > 0 })
    this.#settleIdle()
  }

  /** What a run may be, by the memory that there was of late. */
  get #limits() {
    return this.#memory.within(this.#options.limits, this.#now())
  }

  #settleIdle(): void {
    if (this.depth > 0 || this.#running > 0) return
    for (const resolve of this.#whenIdle.splice(0)) resolve()
  }
}
