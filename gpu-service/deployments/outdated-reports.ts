import { inParallel } from '../../shared/in-parallel.ts'
import type { Logger } from '../../shared/log.ts'
import type { ReplicaReporter } from './replica-reporter.ts'

interface OutdatedReportsOptions {
  reporter: Pick<ReplicaReporter, 'forget'>
  /** Whether a deployment of that name exists again. */
  isServed: (name: string) => boolean
  log: Logger
}

const concurrency = 25

/** Reports in the table about deployments that this replica no longer serves. */
export class OutdatedReports {
  readonly #options: OutdatedReportsOptions
  readonly #names = new Set<string>()

  constructor(options: OutdatedReportsOptions) {
    this.#options = options
  }

  add(name: string): void {
    this.#names.add(name)
  }

  /** Removes the reports; a failure is retried by the next pass and blocks nothing. */
  async takeBack(): Promise<void> {
    await inParallel([...this.#names], concurrency, (name) => this.#takeOneBack(name))
  }

  async #takeOneBack(name: string): Promise<void> {
    const { reporter, isServed, log } = this.#options
    try {
      // For a deployment that exists again, the next report overwrites it.
      if (!isServed(name)) await reporter.forget(name)
      this.#names.delete(name)
    } catch (error) {
      log.warn({ err: error, deployment: name }, 'the report of a deployment could not be removed')
    }
  }
}
