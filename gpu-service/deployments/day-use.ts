import { inParallel } from '../../shared/in-parallel.ts'
import type { Logger } from '../../shared/log.ts'

interface DayUseOptions {
  /** Adds what this replica answered to what all did, and gives that. */
  add: (use: { deployment: string; day: string; requests: number }) => Promise<number>
  /** Milliseconds since 1970: the day is UTC's. */
  now: () => number
  log: Logger
}

interface Count {
  day: string
  /** What all replicas answered, as of the last sum. */
  total: number
  /** What this one answered since. */
  unsummed: number
  /** What it is adding to the table now, which is in neither of the others. */
  beingSummed: number
  /** Whether the sum was learned today; what nobody asks since is not written again. */
  isSummed: boolean
  /** When it was summed up last. */
  sumBegunAtMs: number
  /** Of two sums at once, the older might be learned last. */
  summing: Promise<void> | undefined
}

/** Of a sum that is older the others may have made much more: it is learned anew with the first request, not with the next step. */
const freshMs = 10_000

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
    if (count.isSummed && this.#options.now() - count.sumBegunAtMs > freshMs) void this.#sumInTurn(deployment, count)
    return () => {
      count.unsummed--
    }
  }

  secondsLeft(): number {
    return (dayMs - (this.#options.now() % dayMs)) / 1000
  }

  /** Sums up what was answered since the last time; also of a deployment that is looked at for the first time today. */
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
    // After midnight, yesterday until somebody asks.
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

/** Whether there is something to add, or to learn. */
const isOpen = ({ unsummed, isSummed }: Count): boolean => unsummed !== 0 || !isSummed
