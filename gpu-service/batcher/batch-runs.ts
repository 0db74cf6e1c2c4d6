import type { Engine, EngineDied } from '../engine/engine.ts'
import type { BatcherOptions } from './batcher-options.ts'
import type { CallLedger } from './call-ledger.ts'
import { ColdEngines } from './cold-engines.ts'
import type { CostModel } from './cost-model.ts'
import { costOf, shapeOf } from './cut-batch.ts'
import type { DrainRate } from './drain-rate.ts'
import { failureOf } from './failure.ts'
import type { Job, Ran } from './job.ts'
import { type MemoryBound, noShortage, noteShortage } from './memory-bound.ts'
import { runSplitting } from './run-splitting.ts'

export interface BatchRunsOptions<Input, Output>
  extends Pick<BatcherOptions<Input, Output>, 'run' | 'sharesMemory' | 'scheduler' | 'observe'> {
  ledger: CallLedger<Input, Output>
  costs: CostModel
  rate: DrainRate
  memory: MemoryBound
  now: () => number
}

type Batch<Input, Output> = readonly Job<Input, Output>[]

export interface RunAll<Input, Output> {
  /** One batch, or several of one job each that are sent to the engine together. */
  batches: readonly Batch<Input, Output>[]
  engine: Engine
  /** Called when the engine starts. */
  began: () => void
}

/** Runs sent together: when the first started, and the total engine time of those that have ended. */
interface Together {
  startedMs: number | undefined
  tookMs: number
}

interface RunOne {
  engine: Engine
  together: Together
  /** Whether more runs of the same group follow. */
  more: boolean
}

/**
 * The most hand-over time that counts as part of a run. Anything longer means that this thread was busy, and counting it
 * would make the engines look slow and refuse the next callers.
 */
const handOverMsMax = 2

/** Runs batches on an engine, learns how long they take, and handles failed and lost ones. */
export class BatchRuns<Input, Output> {
  readonly #options: BatchRunsOptions<Input, Output>
  readonly #cold = new ColdEngines()

  constructor(options: BatchRunsOptions<Input, Output>) {
    this.#options = options
  }

  async run({ batches, engine, began }: RunAll<Input, Output>): Promise<void> {
    const { ledger, observe, memory, now } = this.#options
    const shortage = noShortage()
    const group: Together | undefined = batches.length > 1 ? { startedMs: undefined, tookMs: 0 } : undefined
    const runs = batches.map((jobs, index) =>
      runSplitting<Job<Input, Output>, Ran<Output>>({
        jobs,
        run: (part) => {
          const together = group ?? { startedMs: undefined, tookMs: 0 }
          return this.#run(part, { engine, together, more: index < batches.length - 1 }, () => {
            together.startedMs ??= now()
            began()
          })
        },
        isWanted: ({ tickets }) => {
          // Some callers may have timed out while the other half ran.
          ledger.checkDeadlines()
          return tickets.length > 0
        },
        answer: (part, results) => {
          for (const [at, job] of part.entries()) ledger.answer(job, results[at] as Ran<Output>)
        },
        fail: (job, error) => this.#failed(job, error),
        failed: (part, error) => {
          if (part.length > 1) observe.retried('split')
          noteShortage(shortage, { error, cost: costOf(part), items: part.length })
        },
        lost: (part, error) => this.#lost(part, error),
      }),
    )
    await Promise.all(runs)
    memory.learn(shortage, now())
  }

  async #run(
    jobs: Batch<Input, Output>,
    { engine, together, more }: RunOne,
    began: () => void,
  ): Promise<Ran<Output>[]> {
    const { run, now, costs, rate, observe } = this.#options
    const askedMs = now()
    const batchSize = jobs.length
    let ownMs = 0
    const ran = (tookMs: number) => {
      ownMs = tookMs
      together.tookMs += tookMs
    }
    const inputs = jobs.map(({ input }) => input)
    const outputs = await run(inputs, engine, { ...(more && { more }), watch: { began, ran } })
    if (outputs.length !== batchSize) throw new Error(`the model answered ${outputs.length} of ${batchSize} inputs`)
    const endedMs = now()
    // The elapsed time of runs sent together is divided by their engine times.
    const share = together.tookMs > 0 ? ownMs / together.tookMs : 1
    const elapsedMs = (endedMs - (together.startedMs ?? askedMs)) * share
    const runMs = ownMs > 0 ? Math.min(elapsedMs, ownMs + handOverMsMax) : elapsedMs
    if (this.#cold.isWarm(engine, costs)) {
      costs.observe({ ...shapeOf(jobs), runMs })
      rate.ran({ items: batchSize, aloneMs: jobs.reduce((total, { aloneMs }) => total + aloneMs, 0), runMs })
    }
    observe.ran({ batchSize, runMs })
    return outputs.map((output) => ({ output, startedMs: endedMs - runMs, endedMs, batchSize }))
  }

  #failed(job: Job<Input, Output>, error: unknown): void {
    const { ledger, rate, sharesMemory = () => false } = this.#options
    rate.failed(job)
    ledger.fail(job, failureOf(error, { sharesMemory: sharesMemory() }))
  }

  #lost(jobs: Batch<Input, Output>, error: EngineDied): void {
    const { ledger, observe, scheduler } = this.#options
    const givenUp = ledger.retries.add(jobs, error)
    for (const job of givenUp) this.#failed(job, error)
    if (givenUp.length > 0) return
    observe.retried('engine_died')
    scheduler.wake()
  }
}
