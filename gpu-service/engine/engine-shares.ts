import { canRun, type WorkSource } from './work-source.ts'

/** Which queue an engine takes its next run from: that which has had the least of their time, by its weight. */
export class EngineShares {
  readonly #shares = new Map<WorkSource, Share>()
  readonly #now: () => number
  /** What the one had that was given an engine last: who comes when nobody waits joins there. */
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

  /** Counts an engine's time for a queue, until what this gives is called. */
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

  /** Of those that have work which can be run now. */
  leastServed(): WorkSource | undefined {
    const nowMs = this.#now()
    let floorMs = Number.POSITIVE_INFINITY
    for (const [source, share] of this.#shares)
      if (share.isWaiting && canRun(source)) floorMs = Math.min(floorMs, hadMs(source, share, nowMs))
    if (floorMs === Number.POSITIVE_INFINITY) floorMs = this.#latestMs
    let least: Candidate | undefined
    for (const [source, share] of this.#shares) {
      const isWaiting = canRun(source)
      // One that was idle saves nothing up: it joins where the least served of the others stands.
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

/** What a queue has had of the engines, counted from where the others stood when it last came out of idleness. */
interface Share {
  servedMs: number
  /** Engines that work for it now, and the sum of the moments at which they began. */
  running: number
  startedMs: number
  isWaiting: boolean
}

/** By its weight, with the runs that are not over yet. */
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
