import { AppError, messageOf } from '../../shared/errors.ts'
import type { Logger } from '../../shared/log.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import { ModelEndsEngines, type ModelLost } from '../engine/engine.ts'
import type { LoadFailures } from './load-failures.ts'

interface SlotStateOptions {
  /** The slot's current item. */
  item: () => DeploymentItem
  failures: LoadFailures
  log: Logger
}

/** Whether a slot answers, why not, and when it may; callers can wait until that is known. */
export class SlotState {
  readonly #options: SlotStateOptions
  is: 'LOADING' | 'READY' | 'FAILED' = 'LOADING'
  reason: string | undefined
  #hasFailed = false
  #settled = Promise.withResolvers<void>()

  constructor(options: SlotStateOptions) {
    this.#options = options
    const reason = this.#restsBecause
    if (reason !== undefined) this.#settle('FAILED', reason)
  }

  /** Whether its file failed here or elsewhere, and must wait before the next try. */
  get isResting(): boolean {
    return this.#restsBecause !== undefined
  }

  /** Whether it failed here and retrying is unlikely to help. */
  get isHopeless(): boolean {
    const { item, failures } = this.#options
    return this.is === 'FAILED' && this.#hasFailed && failures.isHopeless(item())
  }

  /** When to retry after a failure that may pass. */
  get retryAfterSeconds(): number | undefined {
    const { item, failures } = this.#options
    return this.is === 'FAILED' ? failures.retryAfterSeconds(item()) : undefined
  }

  /** Resolves when it is ready or has failed, or no longer matters. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  ready(): void {
    this.#settle('READY')
    this.#options.log.info(this.#about, 'deployment is ready')
  }

  /** Counts and logs the failure; an expected one is no error. */
  failed(error: unknown): void {
    const { item, failures, log } = this.#options
    this.#hasFailed = true
    this.#settle('FAILED', messageOf(error))
    const about = { ...this.#about, failures: failures.note(item(), error) }
    if (error instanceof AppError) log.warn(about, `load failed: ${this.reason}`)
    else log.error({ ...about, err: error }, `load failed: ${this.reason}`)
  }

  /** Call when the model was loaded. */
  loaded(): void {
    this.#options.failures.forget(this.#options.item())
  }

  /** Requests another load, after a pause if the model crashes engines. */
  lost(error: ModelLost): void {
    if (error instanceof ModelEndsEngines) this.failed(error)
    else this.#reopen(error.message)
  }

  /** No target uses it any more. */
  retired(): void {
    this.#settled.resolve()
  }

  #reopen(reason: string): void {
    this.#settle('LOADING', reason)
    this.#settled = Promise.withResolvers()
  }

  #settle(is: SlotState['is'], reason?: string): void {
    this.is = is
    this.reason = reason
    this.#settled.resolve()
  }

  get #restsBecause(): string | undefined {
    return this.#options.failures.reasonToRest(this.#options.item())
  }

  /** For the log. */
  get #about() {
    const { name, repo, revision, file } = this.#options.item()
    return { deployment: name, repo, revision, file }
  }
}
