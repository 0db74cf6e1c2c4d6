import { AppError } from '../../../shared/errors.ts'

/** How long a missing, hidden or unreadable entry is cached. */
const missingLifeMs = 60_000
/** How often expired entries are dropped, even without requests. */
const sweepMs = 30_000
const missing = new Set(['repo_not_found', 'revision_not_found', 'gated_repo', 'upstream_unreadable'])

type Outcome<Value> = { value: Value } | { error: AppError }

/**
 * A cache of upstream answers with a lifetime and a maximum size, evicting the least recently used. Concurrent reads of
 * one key share a request. Transient failures are not cached.
 */
export class UpstreamCache<Value> {
  readonly #held = new Map<string, { outcome: Outcome<Value>; untilMs: number }>()
  readonly #underWay = new Map<string, Promise<Value>>()
  readonly #itemsMax: number
  readonly #now: () => Date
  #sweep: NodeJS.Timeout | undefined

  constructor({ itemsMax, now }: { itemsMax: number; now: () => Date }) {
    this.#itemsMax = itemsMax
    this.#now = now
  }

  /** The number of cached entries. */
  get size(): number {
    return this.#held.size
  }

  /** @throws AppError what `read` threw, now or before */
  async get({ key, lifeMs, read }: { key: string; lifeMs: number; read: () => Promise<Value> }): Promise<Value> {
    const held = this.#held.get(key)
    if (held !== undefined && held.untilMs > this.#now().getTime()) {
      this.#held.delete(key)
      this.#held.set(key, held)
      if ('error' in held.outcome) throw held.outcome.error
      return held.outcome.value
    }
    const running = this.#underWay.get(key) ?? this.#read({ key, lifeMs, read })
    this.#underWay.set(key, running)
    return running
  }

  put({ key, lifeMs, value }: { key: string; lifeMs: number; value: Value }) {
    this.#keep(key, { outcome: { value }, untilMs: this.#now().getTime() + lifeMs })
  }

  async #read({ key, lifeMs, read }: { key: string; lifeMs: number; read: () => Promise<Value> }): Promise<Value> {
    try {
      const value = await read()
      this.put({ key, lifeMs, value })
      return value
    } catch (error) {
      if (error instanceof AppError && missing.has(error.code))
        this.#keep(key, { outcome: { error }, untilMs: this.#now().getTime() + missingLifeMs })
      throw error
    } finally {
      this.#underWay.delete(key)
    }
  }

  #keep(key: string, held: { outcome: Outcome<Value>; untilMs: number }) {
    this.#held.delete(key)
    this.#held.set(key, held)
    for (const [oldest] of this.#held) {
      if (this.#held.size <= this.#itemsMax) break
      this.#held.delete(oldest)
    }
    this.#sweepLater()
  }

  #sweepLater() {
    this.#sweep ??= setTimeout(() => {
      this.#sweep = undefined
      const nowMs = this.#now().getTime()
      for (const [key, { untilMs }] of this.#held) if (untilMs <= nowMs) this.#held.delete(key)
      if (this.#held.size > 0) this.#sweepLater()
    }, sweepMs).unref()
  }
}
