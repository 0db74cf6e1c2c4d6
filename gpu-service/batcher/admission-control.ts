import { type AppError, errors } from '../../shared/errors.ts'
import type { CallOptions } from './call-options.ts'
import type { DrainRate } from './drain-rate.ts'
import type { QueueLimits, Scheduler } from './item-queue.ts'
import type { Job } from './job.ts'
import { createRefusal } from './refusal.ts'
import type { Work } from './share-of-run.ts'
import type { Source } from './shared-jobs.ts'
import type { Waiting } from './waiting.ts'
import { whyRefused } from './why-refused.ts'

export interface AdmissionOptions<Input, Output> {
  waiting: Waiting<Input, Output>
  rate: DrainRate
  limits: QueueLimits
  /** The time one engine needs for this work in batches, given the total time of its items run one by one. */
  engineMs: (aloneMs: number, work: Work) => number
  scheduler: Scheduler
  now: () => number
  refused: (items: number) => void
}

type Asked = Partial<CallOptions>

/** Bulk work may wait this many times longer than interactive work, and fills at most half of the queue. */
const bulkPatience = 15
/** This many items may always wait ahead of a new one, so that a slow model can queue more than one. */
const membersWorthWaiting = 6
/** A request may wait this many times its own engine time beyond the usual limit. */
const waitPerWork = 4

/** Refuses work before it is queued if, at the speed measured so far, it would wait too long. */
export class AdmissionControl<Input, Output> {
  readonly #options: AdmissionOptions<Input, Output>
  readonly #refusal = createRefusal()

  constructor(options: AdmissionOptions<Input, Output>) {
    this.#options = options
  }

  /** @throws AppError `overloaded` */
  assertRoom(count: number, asked: Asked): void {
    this.#waitForRoom(count, asked)
  }

  /** @throws AppError `overloaded`, `request_too_costly`, `deadline_exceeded` */
  assertFeasible(sources: readonly Source<Input, Output>[], asked: Asked): void {
    const { scheduler, now, refused } = this.#options
    const waitMs = this.#waitForRoom(sources.length, asked)
    const { aloneMs, longestMs, work } = workOf(sources)
    const engineMs = this.#options.engineMs(aloneMs, work)
    const limits = this.#limitsOf(asked, engineMs)
    const runMs = Math.max(longestMs, engineMs / scheduler.engineCount)
    const leftMs = (asked.deadlineMs ?? Number.POSITIVE_INFINITY) - now()
    const why = whyRefused({ waitMs, engineMs, runMs, leftMs, limits })
    if (why === undefined) return
    if (why === 'overloaded') throw this.#overloaded({ count: sources.length, waitMs, asked })
    refused(sources.length)
    if (why === 'too-costly') throw errors.tooCostly(Math.round(engineMs / 1000), limits.engineMsMax / 1000)
    throw errors.deadlineExceeded(runMs)
  }

  /** The predicted wait of this many more items. @throws AppError `overloaded` */
  #waitForRoom(count: number, asked: Asked): number {
    const waitMs = this.#waitMs(asked)
    if (waitMs <= this.#limitsOf(asked).waitMsMax && !this.#isCrowded(count, asked)) return waitMs
    throw this.#overloaded({ count, waitMs, asked })
  }

  /** Retry-After is the measured time to drain the queue ahead, because other models may share the engines. */
  #overloaded({ count, waitMs, asked }: { count: number; waitMs: number; asked: Asked }): AppError {
    this.#options.refused(count)
    return this.#refusal(this.#options.rate.drainMs(this.#aheadMs(asked)) ?? waitMs)
  }

  #aheadMs({ priority = 'interactive', tenant = '' }: Asked): number {
    return this.#options.waiting.aheadMs({ priority, tenant })
  }

  #waitMs(asked: Asked): number {
    const { scheduler, waiting, engineMs, rate } = this.#options
    const aheadMs = this.#aheadMs(asked)
    const predictedMs = scheduler.waitMs(engineMs(aheadMs, { items: waiting.size, units: waiting.units }))
    return Math.max(predictedMs, rate.seenMs(aheadMs))
  }

  /** Before the work of a request is known, its claimed patience is believed. */
  #limitsOf({ priority, patience = 1 }: Asked, engineMs = 0): QueueLimits {
    const { limits, rate } = this.#options
    const waitMsMax = Math.max(limits.waitMsMax, membersWorthWaiting * rate.memberMs)
    const earned = engineMs > 0 ? 1 + (waitPerWork * engineMs) / waitMsMax : patience
    return { ...limits, waitMsMax: waitMsMax * Math.min(patience, earned) * (priority === 'bulk' ? bulkPatience : 1) }
  }

  /** An empty queue takes a request of any size. */
  #isCrowded(count: number, { priority }: Asked): boolean {
    const { waiting, limits } = this.#options
    if (waiting.size === 0) return false
    const bulk = waiting.sizeOf('bulk')
    if (priority === 'bulk' && bulk > 0 && bulk + count > limits.queuedMax / 2) return true
    return waiting.size + count > limits.queuedMax
  }
}

/** Each once: identical inputs share one. */
function newJobs<Input, Output>(sources: readonly Source<Input, Output>[]): Iterable<Job<Input, Output>> {
  const jobs: Job<Input, Output>[] = []
  for (const source of sources) if ('job' in source && source.job.state === 'new') jobs.push(source.job)
  return jobs.length > 1 ? new Set(jobs) : jobs
}

/** The new work of a request: the predicted times of its inputs run one by one, in total and the longest. */
function workOf<Input, Output>(sources: readonly Source<Input, Output>[]) {
  const jobs = newJobs(sources)
  const work: Work = { items: 0, units: 0 }
  let aloneMs = 0
  let longestMs = 0
  for (const job of jobs) {
    work.items++
    work.units += job.size
    aloneMs += job.aloneMs
    longestMs = Math.max(longestMs, job.aloneMs)
  }
  return { aloneMs, longestMs, work }
}
