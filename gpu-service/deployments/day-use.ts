import { inParallel } from '../../shared/in-parallel.ts'
import type { Logger } from '../../shared/log.ts'

export interface DayUseOptions {
  /** Adds what this replica answered to what all did, and gives that. */
  add: (use: { deployment: string; day: string; requests: number }) => Promise<number>
  /** Milliseconds since 1970: the day is UTC's. */
  now: () => number
  log: Logger
}

interface Count {
  /** What all replicas answered, as of the last sum. */
  total: number
  /** What this one answered since. */
  unsummed: number
  /** What it is adding to the table now, which is in neither of the others. */
  beingSummed: number
  /** Whether the sum was learned today; what nobody asks since is not written again. */
  isSummed: boolean
}

const sumsAtOnce = 25

const dayMs = 86_400_000

/**
 * How many requests deployments answered today, each by its `deploymentUseId`. Each replica adds its own to the table
 * every few seconds and learns the sum, so that a quota is exceeded by no more than what the others answered meanwhile.
 */
export class DayUse {
  readonly #options: DayUseOptions
  readonly #counts = new Map<string, Count>()
  #day = ''

  constructor(options: DayUseOptions) {
    this.#options = options
  }

  /** Learns with the next sum what all replicas answered, also where nobody asks here before. */
  follow(deployment: string): void {
    this.#count(deployment)
  }

  of(deployment: string): number {
    const { total, unsummed, beingSummed } = this.#count(deployment)
    return total + unsummed + beingSummed
  }

  /** Counts one for today. What this gives takes it back, also when it was summed up already: from that day, and no other. */
  add(deployment: string): () => void {
    const count = this.#count(deployment)
    count.unsummed++
    return () => {
      count.unsummed--
    }
  }

  secondsLeft(): number {
    return (dayMs - (this.#options.now() % dayMs)) / 1000
  }

  /** Sums up what was answered since the last time; also of a deployment that is looked at for the first time today. */
  async sum(): Promise<void> {
    // Theirs, which after midnight is yesterday until somebody asks.
    const day = this.#day
    const counts = [...this.#counts].filter(([, { unsummed, isSummed }]) => unsummed !== 0 || !isSummed)
    await inParallel(counts, sumsAtOnce, (one) => this.#sumOne(one, day))
  }

  async #sumOne([deployment, count]: [string, Count], day: string): Promise<void> {
    const { add, log } = this.#options
    const requests = count.unsummed
    count.unsummed = 0
    count.beingSummed += requests
    try {
      count.total = await add({ deployment, day, requests })
      count.isSummed = true
    } catch (error) {
      count.unsummed += requests
      log.warn({ err: error, deployment }, 'the requests of a deployment could not be summed up')
    } finally {
      count.beingSummed -= requests
    }
  }

  forget(deployment: string): void {
    this.#counts.delete(deployment)
  }

  #count(deployment: string): Count {
    const day = this.#today()
    if (day !== this.#day) this.#counts.clear()
    this.#day = day
    const known = this.#counts.get(deployment)
    if (known !== undefined) return known
    const count = { total: 0, unsummed: 0, beingSummed: 0, isSummed: false }
    this.#counts.set(deployment, count)
    return count
  }

  #today(): string {
    return new Date(this.#options.now()).toISOString().slice(0, 10)
  }
}
