import { inParallel } from '../../shared/in-parallel.ts'
import { type DeploymentItem, defaultPool } from '../../shared/table/deployments.ts'

interface DesiredStateOptions {
  /** Counts every change of a deployment. */
  version: () => Promise<number>
  all: () => AsyncIterable<DeploymentItem>
  /** One of them, as the table has it now, which the list may lag behind. */
  one: (name: string) => Promise<DeploymentItem | undefined>
  /** The deployments of other pools are none of this replica's. */
  pool: string
  now: () => number
  /** How long after a change the list may still lack it. */
  settleMs?: number
  /** How old the list may become, whatever the version says. */
  refreshMs?: number
}

/**
 * What is to be served. A list of a thousand deployments is read when one of them changed, and seldom besides; in
 * between, a look costs one small item.
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
    // An index of the table shows a change a little after the change was made, so it is read until it surely does.
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

  /** What the list lacks, or has as it was before, is looked up: who is asked for it must not be told that it is gone. */
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
