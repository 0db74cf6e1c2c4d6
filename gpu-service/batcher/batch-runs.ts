import type { Engine, EngineDied } from '../engine/engine.ts'
import type { BatcherOptions } from './batcher-options.ts'
import type { CallLedger } from './call-ledger.ts'
import type { CostModel } from './cost-model.ts'
import { shapeOf } from './cut.ts'
import type { DrainRate } from './drain-rate.ts'
import { failureOf } from './failure.ts'
import type { Job, Ran } from './job.ts'
import { runSplitting } from './run-splitting.ts'

export interface BatchRunsOptions<Input, Output>
  extends Pick<BatcherOptions<Input, Output>, 'run' | 'lane' | 'observe'> {
  ledger: CallLedger<Input, Output>
  costs: CostModel
  rate: DrainRate
  now: () => number
}

/** What a run gave for a job. */
export interface Answered<Input, Output> {
  job: Job<Input, Output>
  ran: Ran<Output>
}

interface Begin {
  atMs: number | undefined
}

interface RunOn {
  engine: Engine
  /** When the first of those began that it is handed over with. */
  together: Begin | undefined
  /** Of the time from the begin to the end. */
  share: number
}

type Batch<Input, Output> = readonly Job<Input, Output>[]

/** Runs batches on an engine and learns how long they take; what fails and what is lost is seen to. */
export class BatchRuns<Input, Output> {
  readonly #options: BatchRunsOptions<Input, Output>

  constructor(options: BatchRunsOptions<Input, Output>) {
    this.#options = options
  }

  /** One batch, or several of one member each that are handed over together. */
  async run(batches: readonly Batch<Input, Output>[], engine: Engine): Promise<Answered<Input, Output>[]> {
    const { ledger, observe } = this.#options
    const answered: Answered<Input, Output>[] = []
    const shares = this.#sharesOf(batches)
    // They are answered together, and each is told of its start with the answer to the one before it.
    const together: Begin | undefined = batches.length > 1 ? { atMs: undefined } : undefined
    const runs = batches.map((jobs, index) =>
      runSplitting<Job<Input, Output>, Ran<Output>>({
        jobs,
        run: (part) => this.#run(part, { engine, together, share: shares[index] ?? 1 }),
        isWanted: ({ tickets }) => {
          // Whose time was up while the other half ran is not waited for any more.
          ledger.checkDeadlines()
          return tickets.length > 0
        },
        answer: (part, results) => {
          for (const [at, job] of part.entries()) answered.push({ job, ran: results[at] as Ran<Output> })
        },
        fail: (job, error) => ledger.fail(job, failureOf(error)),
        split: () => observe.retried('split'),
        lost: (part, error) => this.#lost(part, error),
      }),
    )
    await Promise.all(runs)
    return answered
  }

  async #run(jobs: Batch<Input, Output>, { engine, together, share }: RunOn): Promise<Ran<Output>[]> {
    const { run, now, costs, rate, observe } = this.#options
    const askedMs = now()
    const begin: Begin = together ?? { atMs: undefined }
    const batchSize = jobs.length
    const outputs = await run(
      jobs.map(({ input }) => input),
      engine,
      () => {
        begin.atMs ??= now()
      },
    )
    const startedMs = begin.atMs ?? askedMs
    if (outputs.length !== batchSize) throw new Error(`the model answered ${outputs.length} of ${batchSize} inputs`)
    const endedMs = now()
    const runMs = (endedMs - startedMs) * share
    costs.observe({ ...shapeOf(jobs), runMs })
    rate.ran({ aloneMs: jobs.reduce((total, { aloneMs }) => total + aloneMs, 0), runMs })
    observe.ran({ batchSize, runMs })
    return outputs.map((output) => ({ output, startedMs, endedMs, batchSize }))
  }

  /** Of the time until all that was handed over together is answered, what each took, as predicted. */
  #sharesOf(batches: readonly Batch<Input, Output>[]): number[] {
    if (batches.length === 1) return [1]
    const predictedMs = batches.map((jobs) => this.#options.costs.predictMs(shapeOf(jobs)))
    const togetherMs = predictedMs.reduce((total, runMs) => total + runMs, 0)
    return predictedMs.map((runMs) => (togetherMs > 0 ? runMs / togetherMs : 1 / batches.length))
  }

  #lost(jobs: Batch<Input, Output>, error: EngineDied): void {
    const { ledger, observe, lane } = this.#options
    const givenUp = ledger.retries.add(jobs, error)
    for (const job of givenUp) ledger.fail(job, failureOf(error))
    if (givenUp.length > 0) return
    observe.retried('engine_died')
    lane.wake()
  }
}
