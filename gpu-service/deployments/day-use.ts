import { inParallel } from '../../shared/in-parallel.ts'
import type { Logger } from '../../shared/log.ts'

interface DayUseOptions {
  /** Adds this replica's requests to the total, and returns it. */
  add: (use: { deployment: string; day: string; requests: number }) => Promise<number>
  /** Milliseconds since 1970; days are UTC. */
  now: () => number
  log: Logger
}

interface Count {
  day: string
  /** The requests of all replicas, as of the last sum. */
  total: number
  /** This replica's requests since. */
  unsummed: number
  /** The requests being added to the table, which the other two do not include. */
  beingSummed: number
  /** Whether today's sum is known; an idle deployment is not written again. */
  isSummed: boolean
  /** When it was last summed. */
  sumBegunAtMs: number
  /** Prevents concurrent sums, whose older result might arrive last. */
  summing: Promise<void> | undefined
}

/** An older sum is refreshed by the next request, because other replicas may have added much. */
const freshMs = 10_000

const sumsAtOnce = 25

const dayMs = 86_400_000

/**
 * Counts each deployment's requests of the day, by `deploymentUseId`. Every replica adds its own to the table every few
 * seconds and reads the total, so that a quota is exceeded by no more than the other replicas' requests in between.
 */
export class DayUse {
  readonly #options: DayUseOptions
  readonly #counts = new Map<string, Count>()
  #day = ''

  constructor(options: DayUseOptions) {
    this.#options = options
  }

  /** Includes a deployment in the next sum, before its first request here. */
  follow(deployment: string): void {
    this.#count(deployment)
  }

  of(deployment: string): number {
    const { total, unsummed, beingSummed } = this.#count(deployment)
    return total + unsummed + beingSummed
  }

  /** Counts a request. The returned function takes it back from the same day, even if it was already summed. */
  add(deployment: string): () => void {
    const count = this.#count(deployment)
    count.unsummed++
    if (count.isSummed && this.#options.now() - count.sumBegunAtMs > freshMs) void this.#sumInTurn(deployment, count)
    return () => {
      count.unsummed--
    }
  }

  secondsLeft(): number {
    return (dayMs - (this.#options.now() % dayMs)) / 1000
  }

  /** Sums up the requests since the last time, and reads totals that are not known yet. */
  async sum(): Promise<void> {
    const counts = [...this.#counts].filter(([, count]) => isOpen(count) || count.beingSummed !== 0)
    await inParallel(counts, sumsAtOnce, ([deployment, count]) => this.#sumInTurn(deployment, count))
  }

  #sumInTurn(deployment: string, count: Count): Promise<void> {
    count.sumBegunAtMs = this.#options.now()
    const begin = async () => {
      if (isOpen(count)) await this.#sumOne(deployment, count)
    }
    const turn: Promise<void> = (count.summing?.then(begin) ?? begin()).finally(() => {
      if (count.summing === turn) count.summing = undefined
    })
    count.summing = turn
    return turn
  }

  async #sumOne(deployment: string, count: Count): Promise<void> {
    const { add, log } = this.#options
    // Still yesterday's until the first request after midnight.
    const { day, unsummed: requests } = count
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
    const count = { day, total: 0, unsummed: 0, beingSummed: 0, isSummed: false, sumBegunAtMs: 0, summing: undefined }
    this.#counts.set(deployment, count)
    return count
  }

  #today(): string {
    return new Date(this.#options.now()).toISOString().slice(0, 10)
  }
}

/** Whether there is something to add or read. */
const isOpen = ({ unsummed, isSummed }: Count): boolean => unsummed !== 0 || !isSummed
