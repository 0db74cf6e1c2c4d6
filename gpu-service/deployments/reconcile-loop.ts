import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '../../shared/log.ts'

interface ReconcileLoopOptions {
  /** One pass; resolves with the loads it started, which continue on their own. */
  pass: () => Promise<Promise<void>[]>
  intervalMs: number
  log: Logger
}

/** Repeats passes until it is stopped, even if one fails. */
export class ReconcileLoop {
  readonly #options: ReconcileLoopOptions
  readonly #stop = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: ReconcileLoopOptions) {
    this.#options = options
  }

  /** Resolves when the loads of the first pass have ended. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#loop = this.#run(resolve)
    })
  }

  /** Resolves when no pass is running. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #run(firstIsDone: () => void): Promise<void> {
    const { pass, intervalMs, log } = this.#options
    const { signal } = this.#stop
    let isFirst = true
    while (!signal.aborted) {
      try {
        const began = await pass()
        if (isFirst) void Promise.all(began).then(firstIsDone)
        isFirst = false
      } catch (error) {
        log.warn({ err: error }, 'the desired state could not be read; what is served stays')
      }
      await wait(intervalMs, undefined, { signal }).catch(() => undefined)
    }
  }
}
