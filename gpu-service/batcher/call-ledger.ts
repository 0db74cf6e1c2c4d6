import { type AppError, errors } from '../../shared/errors.ts'
import type { BatchObserver } from './batch-observer.ts'
import { Deadlines, type Timers } from './deadlines.ts'
import { createDelivery } from './deliver-results.ts'
import type { Call, Job, Ran, Ticket } from './job.ts'
import { RetryList } from './retry-list.ts'
import type { SharedJobs, Source } from './shared-jobs.ts'
import { leaveJob, newTicket } from './tickets.ts'
import { Waiting } from './waiting.ts'

export interface LedgerOptions<Input, Output> {
  shared: SharedJobs<Input, Output>
  observe: BatchObserver
  now: () => number
  timers?: Timers | undefined
  weightOf?: ((tenant: string) => number) | undefined
  /** Called when a call has left without an answer. */
  left: () => void
}

/** Which calls wait for which jobs. Settles every call exactly once and removes jobs that nobody waits for. */
export class CallLedger<Input, Output> {
  readonly #options: LedgerOptions<Input, Output>
  readonly waiting: Waiting<Input, Output>
  readonly retries = new RetryList<Input, Output>()
  readonly #deadlines: Deadlines<Call<Input, Output>>
  readonly #deliver = createDelivery<Input, Output>()

  constructor(options: LedgerOptions<Input, Output>) {
    this.#options = options
    this.waiting = new Waiting(options.weightOf)
    const expired = (call: Call<Input, Output>) => {
      options.observe.expired(call.open)
      this.#settle(call, errors.deadlineExceeded())
    }
    this.#deadlines = new Deadlines({ now: options.now, timers: options.timers, expired })
  }

  /** The number of tickets waiting for an engine. */
  get depth(): number {
    return this.waiting.size + this.retries.size
  }

  get oldestMs(): number {
    return Math.min(this.waiting.oldestMs, this.retries.oldestMs)
  }

  enter(call: Call<Input, Output>, sources: readonly Source<Input, Output>[], signal: AbortSignal | undefined): void {
    for (const [index, source] of sources.entries()) {
      if ('job' in source) this.#queue(call, source.job, index)
      else this.#reuse(call, source.output, index)
    }
    if (call.open === 0) {
      this.#settle(call)
      return
    }
    this.#deadlines.add(call)
    if (signal === undefined) return
    const leave = () => this.drop(call, errors.clientClosed())
    call.forget = () => signal.removeEventListener('abort', leave)
    signal.addEventListener('abort', leave, { once: true })
  }

  /** Settles expired calls, in case the thread was too busy to run the timer. */
  checkDeadlines(): void {
    this.#deadlines.check()
  }

  answer(job: Job<Input, Output>, { output, startedMs, endedMs, batchSize }: Ran<Output>): void {
    this.#end(job, output)
    for (const { call, index } of job.tickets.splice(0)) {
      // A caller may have joined while the job was running or after it ended, and has not waited then.
      const queueMs = Math.max(0, startedMs - call.arrivedMs)
      this.#options.observe.answered({ queueMs, latencyMs: Math.max(0, endedMs - call.arrivedMs) })
      // No more of the run than this caller waited for: the rest would tell when another one asked for the same.
      const runMs = Math.max(0, endedMs - Math.max(startedMs, call.arrivedMs))
      call.results[index] = { output, queueMs, runMs, batchSize }
      call.open--
      if (call.open === 0) this.#settle(call)
    }
  }

  fail(job: Job<Input, Output>, failure: AppError): void {
    this.#end(job)
    for (const { call } of job.tickets.slice()) {
      if (call.isSettled) continue
      this.#options.observe.failed(1)
      if (call.open > 1) this.#options.observe.dropped(call.open - 1)
      this.#settle(call, failure)
    }
  }

  /** Removes a call whose work is no longer wanted: jobs that only it waits for never run. */
  drop(call: Call<Input, Output>, error: AppError): void {
    if (call.isSettled) return
    this.#options.observe.dropped(call.open)
    this.#settle(call, error)
  }

  /** Calls that arrived before this moment and still wait. */
  callsBefore(momentMs: number): Set<Call<Input, Output>> {
    const tickets = [...this.waiting.tickets(), ...this.retries.tickets]
    return new Set(tickets.map(({ call }) => call).filter(({ arrivedMs }) => arrivedMs < momentMs))
  }

  #queue(call: Call<Input, Output>, job: Job<Input, Output>, index: number): void {
    const isNew = job.state === 'new'
    const ticket = newTicket({ call, job, index })
    if (isNew) {
      job.state = 'queued'
      this.#options.shared.admitted(job)
    } else this.#options.observe.reused('run')
    if (job.state === 'queued') this.waiting.add(ticket)
  }

  #reuse(call: Call<Input, Output>, output: Output, index: number): void {
    call.results[index] = { output, queueMs: 0, runMs: 0, batchSize: 0 }
    call.open--
    this.#options.observe.reused('cache')
    this.#options.observe.answered({ queueMs: 0, latencyMs: 0 })
  }

  #end(job: Job<Input, Output>, output?: Output): void {
    job.state = 'done'
    this.#options.shared.ended(job, output)
  }

  #settle(call: Call<Input, Output>, error?: AppError): void {
    if (call.isSettled) return
    call.isSettled = true
    call.forget?.()
    this.#deadlines.remove(call)
    if (error === undefined) {
      this.#deliver(call)
      return
    }
    for (const ticket of call.tickets) this.#withdraw(ticket)
    this.#options.observe.depth(this.depth)
    call.reject(error)
    this.#options.left()
  }

  #withdraw(ticket: Ticket<Input, Output>): void {
    const { job } = ticket
    if (job.state === 'queued') this.waiting.remove(ticket)
    if (leaveJob(ticket)) this.waiting.handOn(ticket)
    if (job.tickets.length === 0) this.#end(job)
  }
}
