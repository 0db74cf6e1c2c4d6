import { AppError, errors, messageOf } from '../../shared/errors.ts'
import { type Engine, EngineDied } from '../engine/engine.ts'
import type { BatchObserver } from './batch-observer.ts'
import type { CallOptions } from './call-options.ts'
import { type BatchLimits, costOf, cutBatch, windowOf } from './cut.ts'
import { DrainRate } from './drain-rate.ts'
import type { BatchResult, ItemQueue, Lane, QueueLimits, Shed } from './item-queue.ts'
import { createRefusal } from './refusal.ts'

export interface BatcherOptions<Input, Output> {
  /** Runs a batch; the answers are as many as the inputs, in their order. */
  run(inputs: readonly Input[], engine: Engine): Promise<Output[]>
  /** What an input counts towards the cost of a run: its tokens, or 1. */
  sizeOf(input: Input): number
  limits: BatchLimits & QueueLimits
  lane: Lane
  observe: BatchObserver
  now?: () => number
}

interface Entry<Input, Output> {
  input: Input
  size: number
  arrivedMs: number
  resolve: (result: BatchResult<Output>) => void
  reject: (error: unknown) => void
}

/**
 * The queue of one deployment. It is pulled by a free engine and never by a timer, and it refuses work that would wait
 * too long. Every item is settled exactly once: answered, failed by itself, or dropped when its caller left.
 */
export class Batcher<Input, Output> implements ItemQueue {
  readonly #options: BatcherOptions<Input, Output>
  readonly #now: () => number
  readonly #rate = new DrainRate()
  readonly #refusal = createRefusal()
  #queue: Entry<Input, Output>[] = []
  #queuedSize = 0
  #running = 0
  #whenIdle: (() => void)[] = []
  #closedWith: AppError | undefined

  constructor(options: BatcherOptions<Input, Output>) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  async submit(input: Input, options: Partial<CallOptions> = {}): Promise<BatchResult<Output>> {
    const [result] = await this.submitAll([input], options)
    if (result === undefined) throw new Error('a batch of one came back empty')
    return result
  }

  /** All or none are admitted; one that fails takes its siblings out of the queue. @throws AppError `overloaded` */
  async submitAll(inputs: readonly Input[], { signal }: Partial<CallOptions> = {}): Promise<BatchResult<Output>[]> {
    if (this.#closedWith !== undefined) throw this.#closedWith
    if (signal?.aborted) throw errors.clientClosed()
    this.assertRoom(inputs.length)
    this.#assertBearable(inputs)
    const arrivedMs = this.#now()
    const entries: Entry<Input, Output>[] = []
    const results = inputs.map(
      (input) =>
        new Promise<BatchResult<Output>>((resolve, reject) => {
          entries.push({ input, size: this.#options.sizeOf(input), arrivedMs, resolve, reject })
        }),
    )
    for (const entry of entries) {
      this.#queue.push(entry)
      this.#queuedSize += entry.size
    }
    this.#options.observe.depth(this.#queue.length)
    this.#options.lane.wake()
    const leave = () => this.#drop(entries, errors.clientClosed())
    signal?.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.all(results)
    } catch (error) {
      this.#drop(entries, error)
      throw error
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  assertRoom(count: number): void {
    const { limits, lane, observe } = this.#options
    const backlogMs = lane.waitMs(this)
    const crowded = this.#queue.length > 0 && this.#queue.length + count > limits.queuedMax
    if (backlogMs <= limits.waitMsMax && !crowded) return
    observe.refused(count)
    throw this.#refusal(backlogMs)
  }

  /** A request that would hold the engines for minutes by itself is refused for what it is, not for what waits. */
  #assertBearable(inputs: readonly Input[]): void {
    const { sizeOf, limits } = this.#options
    const size = inputs.reduce((total, input) => total + sizeOf(input), 0)
    const aloneMs = this.#rate.msFor(size)
    if (aloneMs > limits.requestMsMax) throw errors.tooCostly(Math.round(aloneMs / 1000), limits.requestMsMax / 1000)
  }

  learn(run: { cost: number; runMs: number }): void {
    this.#rate.observe(run)
  }

  shed({ arrivedBeforeMs, refusal }: Shed): void {
    const late = this.#queue.filter(({ arrivedMs }) => arrivedMs < arrivedBeforeMs)
    if (late.length > 0) this.#drop(late, refusal)
  }

  close(refusal: AppError): Promise<void> {
    this.#closedWith = refusal
    return this.idle()
  }

  get depth(): number {
    return this.#queue.length
  }

  get headSinceMs(): number | undefined {
    return this.#queue[0]?.arrivedMs
  }

  get backlogMs(): number {
    return this.#rate.msFor(this.#queuedSize)
  }

  idle(): Promise<void> {
    if (this.#queue.length === 0 && this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  async work(engine: Engine, freeEngines: number): Promise<void> {
    const { limits } = this.#options
    const batch = cutBatch({ queue: this.#queue, limits, freeEngines })
    this.#remove(batch, windowOf(limits))
    this.#running++
    try {
      await this.#answer(batch, engine)
    } catch (error) {
      // One bad member must not fail its neighbours, so each is asked again by itself.
      if (batch.length === 1) this.#fail(batch, error)
      else for (const entry of batch) await this.#answer([entry], engine).catch((reason) => this.#fail([entry], reason))
    }
    this.#running--
    this.#settleIdle()
  }

  async #answer(batch: Entry<Input, Output>[], engine: Engine): Promise<void> {
    const { run, observe } = this.#options
    const startedMs = this.#now()
    const outputs = await run(
      batch.map(({ input }) => input),
      engine,
    )
    if (outputs.length !== batch.length)
      throw new Error(`the model answered ${outputs.length} of ${batch.length} inputs`)
    const endedMs = this.#now()
    const runMs = endedMs - startedMs
    this.#rate.observe({ cost: costOf(batch), runMs })
    observe.ran({ batchSize: batch.length, runMs })
    for (const [index, entry] of batch.entries()) {
      const queueMs = startedMs - entry.arrivedMs
      observe.answered({ queueMs, latencyMs: endedMs - entry.arrivedMs })
      entry.resolve({ output: outputs[index] as Output, queueMs, runMs, batchSize: batch.length })
    }
  }

  #fail(entries: Entry<Input, Output>[], error: unknown): void {
    const failure = failureOf(error)
    for (const entry of entries) entry.reject(failure)
    this.#options.observe.failed(entries.length)
  }

  #drop(entries: Entry<Input, Output>[], error: unknown): void {
    const queued = new Set(this.#queue)
    const leaving = entries.filter((entry) => queued.has(entry))
    if (leaving.length > 0) this.#remove(leaving, this.#queue.length)
    // Those that run already are answered to nobody.
    for (const entry of entries) entry.reject(error)
    if (leaving.length > 0) this.#options.observe.dropped(leaving.length)
    this.#settleIdle()
  }

  /** Takes entries out that are among the first `within`; the rest of a long queue is not gone through. */
  #remove(entries: readonly Entry<Input, Output>[], within: number): void {
    const leaving = new Set(entries)
    const staying = this.#queue.slice(0, within).filter((entry) => !leaving.has(entry))
    this.#queue = staying.concat(this.#queue.slice(within))
    for (const { size } of entries) this.#queuedSize -= size
    this.#options.observe.depth(this.#queue.length)
  }

  #settleIdle(): void {
    if (this.#queue.length > 0 || this.#running > 0) return
    for (const resolve of this.#whenIdle.splice(0)) resolve()
  }
}

/** An engine that died is our fault; what the runtime refuses of an input, alone in its run, is the input's. */
function failureOf(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof EngineDied) return errors.engineDied(messageOf(error), error)
  return errors.inferenceFailed(messageOf(error), error)
}
