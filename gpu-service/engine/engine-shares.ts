import { canRun, type WorkSource } from './work-source.ts'

/** Chooses the queue of the next run: the one with the least engine time by weight. */
export class EngineShares {
  readonly #shares = new Map<WorkSource, Share>()
  readonly #now: () => number
  /** The engine time of the queue served last; a queue that becomes active while no other waits starts there. */
  #latestMs = 0

  constructor(now: () => number) {
    this.#now = now
  }

  get sources(): Iterable<WorkSource> {
    return this.#shares.keys()
  }

  add(source: WorkSource): void {
    this.#shares.set(source, { servedMs: 0, running: 0, startedMs: 0, isWaiting: false })
  }

  remove(source: WorkSource): void {
    this.#shares.delete(source)
  }

  /** Counts engine time for a queue until the returned function is called. */
  charge(source: WorkSource): () => void {
    const share = this.#shares.get(source)
    if (share === undefined) return () => {}
    const startedMs = this.#now()
    share.running++
    share.startedMs += startedMs
    return () => {
      share.running--
      share.startedMs -= startedMs
      share.servedMs += this.#now() - startedMs
    }
  }

  /** Considers only queues with work that can run now. */
  leastServed(): WorkSource | undefined {
    const nowMs = this.#now()
    let floorMs = Number.POSITIVE_INFINITY
    for (const [source, share] of this.#shares)
      if (share.isWaiting && canRun(source)) floorMs = Math.min(floorMs, hadMs(source, share, nowMs))
    if (floorMs === Number.POSITIVE_INFINITY) floorMs = this.#latestMs
    let least: Candidate | undefined
    for (const [source, share] of this.#shares) {
      const isWaiting = canRun(source)
      // An idle queue saves nothing up: it starts at the level of the least served one.
      if (isWaiting && !share.isWaiting)
        share.servedMs += Math.max(0, floorMs - hadMs(source, share, nowMs)) * (source.weight ?? 1)
      share.isWaiting = isWaiting
      if (!isWaiting) continue
      const candidate = { source, had: hadMs(source, share, nowMs), running: share.running }
      if (least === undefined || goesBefore(candidate, least)) least = candidate
    }
    if (least !== undefined) this.#latestMs = Math.max(this.#latestMs, least.had)
    return least?.source
  }
}

/** A queue's engine time, counted from the level of the others when it last became active. */
interface Share {
  servedMs: number
  /** Engines working for it now, and the sum of their start times. */
  running: number
  startedMs: number
  isWaiting: boolean
}

/** Engine time by weight, including running ones. */
const hadMs = ({ weight = 1 }: WorkSource, { servedMs, running, startedMs }: Share, nowMs: number): number =>
  (servedMs + running * nowMs - startedMs) / weight

interface Candidate {
  source: WorkSource
  had: number
  running: number
}

const goesBefore = (one: Candidate, other: Candidate): boolean =>
  (one.had - other.had ||
    one.running - other.running ||
    (one.source.headSinceMs ?? 0) - (other.source.headSinceMs ?? 0)) < 0
