import { AppError, messageOf } from '../../shared/errors.ts'
import type { Logger } from '../../shared/log.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import { ModelEndsEngines, type ModelLost } from '../engine/engine.ts'
import type { LoadFailures } from './load-failures.ts'

interface SlotStateOptions {
  /** What stands in the slot now. */
  item: () => DeploymentItem
  failures: LoadFailures
  log: Logger
}

/** Whether a slot answers, why not, and when it may. It may be waited for until that is known. */
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

  /** Whether its file failed elsewhere or here, and is to rest before it is tried again. */
  get rests(): boolean {
    return this.#restsBecause !== undefined
  }

  /** Whether it was tried here, and trying again will hardly load it. */
  get isHopeless(): boolean {
    const { item, failures } = this.#options
    return this.is === 'FAILED' && this.#hasFailed && failures.isHopeless(item())
  }

  /** When to ask again for what failed and may be loaded then. */
  get retryAfterSeconds(): number | undefined {
    const { item, failures } = this.#options
    return this.is === 'FAILED' ? failures.retryAfterSeconds(item()) : undefined
  }

  /** Fulfilled when it is ready or has failed, or nobody is to know any more. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  ready(): void {
    this.#settle('READY')
    this.#options.log.info(this.#about, 'deployment is ready')
  }

  /** Counts and logs it; what the platform foresees is no error of its own. */
  failed(error: unknown): void {
    const { item, failures, log } = this.#options
    this.#hasFailed = true
    this.#settle('FAILED', messageOf(error))
    const about = { ...this.#about, failures: failures.note(item(), error) }
    if (error instanceof AppError) log.warn(about, `load failed: ${this.reason}`)
    else log.error({ ...about, err: error }, `load failed: ${this.reason}`)
  }

  /** Its file came into the engines. */
  entered(): void {
    this.#options.failures.forget(this.#options.item())
  }

  /** It is to be loaded anew; behind a pause where that would only end engines again. */
  lost(error: ModelLost): void {
    if (error instanceof ModelEndsEngines) this.failed(error)
    else this.#reopen(error.message)
  }

  /** No target has it any more. */
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
