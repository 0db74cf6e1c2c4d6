import { inParallel } from '../../shared/in-parallel.ts'
import { type DeploymentItem, defaultPool } from '../../shared/table/deployments.ts'

interface DesiredStateOptions {
  /** Counts every change of any deployment. */
  version: () => Promise<number>
  all: () => AsyncIterable<DeploymentItem>
  /** The current state of one, because the list may lag behind. */
  one: (name: string) => Promise<DeploymentItem | undefined>
  /** Other pools' deployments are ignored. */
  pool: string
  now: () => number
  /** How long the list may lag behind a change. */
  settleMs?: number
  /** The maximum age of the list, even with an unchanged version. */
  refreshMs?: number
}

/**
 * The deployments to serve. A list of a thousand is read after a change, and rarely otherwise; in between, a check
 * costs one small item.
 */
export class DesiredState {
  readonly #options: Required<DesiredStateOptions>
  #version: number | undefined
  #listUntilMs = Number.NEGATIVE_INFINITY
  #listedAtMs = Number.NEGATIVE_INFINITY
  #wanted: ReadonlyMap<string, DeploymentItem> = new Map()
  /** How often the list was read. */
  lists = 0

  constructor({ settleMs = 5000, refreshMs = 30_000, ...options }: DesiredStateOptions) {
    this.#options = { settleMs, refreshMs, ...options }
  }

  async read(): Promise<ReadonlyMap<string, DeploymentItem>> {
    const { version, all, pool, now, settleMs, refreshMs } = this.#options
    const found = await version()
    const nowMs = now()
    if (found !== this.#version) this.#listUntilMs = nowMs + settleMs
    // An index shows changes a little late, so the list is read until it surely includes this one.
    if (nowMs > this.#listUntilMs && nowMs - this.#listedAtMs < refreshMs) return this.#wanted
    const wanted = new Map<string, DeploymentItem>()
    for await (const item of all()) if ((item.pool ?? defaultPool) === pool) wanted.set(item.name, item)
    await this.#catchUp(wanted)
    this.lists++
    this.#version = found
    this.#listedAtMs = nowMs
    this.#wanted = wanted
    return wanted
  }

  /** Reads deployments that the list lacks or has outdated, so that requests for them do not fail. */
  async #catchUp(wanted: Map<string, DeploymentItem>): Promise<void> {
    const { one, pool } = this.#options
    const lagging = [...this.#wanted.values()].filter((known) => isBehind(wanted.get(known.name), known))
    await inParallel(lagging, looksAtOnce, async ({ name }) => {
      const item = await one(name)
      if (item !== undefined && (item.pool ?? defaultPool) === pool) wanted.set(name, item)
      else wanted.delete(name)
    })
  }
}

const looksAtOnce = 25

const isBehind = (listed: DeploymentItem | undefined, known: DeploymentItem): boolean =>
  listed === undefined ||
  listed.createdAt < known.createdAt ||
  (listed.createdAt === known.createdAt && (listed.version ?? 0) < (known.version ?? 0))
