import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '../../shared/log.ts'

export interface StepsOptions {
  /** One step; fulfilled with what it began, which goes on by itself. */
  step: () => Promise<Promise<void>[]>
  intervalMs: number
  log: Logger
}

/** Goes one step after the other, whatever becomes of one, until it is told to stop. */
export class Steps {
  readonly #options: StepsOptions
  readonly #stop = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: StepsOptions) {
    this.#options = options
  }

  /** Fulfilled when what the first step began has ended. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#loop = this.#run(resolve)
    })
  }

  /** Fulfilled when no step is under way. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #run(firstIsDone: () => void): Promise<void> {
    const { step, intervalMs, log } = this.#options
    const { signal } = this.#stop
    let isFirst = true
    while (!signal.aborted) {
      try {
        const began = await step()
        if (isFirst) void Promise.all(began).then(firstIsDone)
        isFirst = false
      } catch (error) {
        log.warn({ err: error }, 'the desired state could not be read; what is served stays')
      }
      await wait(intervalMs, undefined, { signal }).catch(() => undefined)
    }
  }
}
