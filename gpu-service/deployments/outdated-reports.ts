import { inParallel } from '../../shared/in-parallel.ts'
import type { Logger } from '../../shared/log.ts'
import type { ReplicaReporter } from './replica-reporter.ts'

interface OutdatedReportsOptions {
  reporter: Pick<ReplicaReporter, 'forget'>
  /** Whether there is a deployment of that name again. */
  isServed: (name: string) => boolean
  log: Logger
}

const atOnce = 25

/** Deployments that are gone, while the table says that they are served here. */
export class OutdatedReports {
  readonly #options: OutdatedReportsOptions
  readonly #names = new Set<string>()

  constructor(options: OutdatedReportsOptions) {
    this.#options = options
  }

  add(name: string): void {
    this.#names.add(name)
  }

  /** What cannot be taken back now is with the next pass, and holds up nothing else. */
  async takeBack(): Promise<void> {
    await inParallel([...this.#names], atOnce, (name) => this.#takeOneBack(name))
  }

  async #takeOneBack(name: string): Promise<void> {
    const { reporter, isServed, log } = this.#options
    try {
      // Of one that is there again, the next report takes its place.
      if (!isServed(name)) await reporter.forget(name)
      this.#names.delete(name)
    } catch (error) {
      log.warn({ err: error, deployment: name }, 'the report of a deployment could not be taken back')
    }
  }
}
