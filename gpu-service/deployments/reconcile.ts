import { setTimeout as wait } from 'node:timers/promises'
import type { ReplicaStatus } from '../../shared/contract/deployment.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import type { LostModel } from '../engine/engine.ts'
import { DeploymentSlot, type SlotParts } from './deployment-slot.ts'

export interface ReconcilerOptions extends SlotParts {
  /** What should be served. */
  desired: () => AsyncIterable<DeploymentItem>
  report: (deployment: string, status: ReplicaStatus) => Promise<void>
  forget: (deployment: string) => Promise<void>
  replicaId: string
  intervalMs: number
  /** How old the last report may be. */
  heartbeatMs: number
}

/** How long requests that found a slot before another took its place have to come to its queue. */
const swapGraceMs = 1000

/** Makes this replica serve what the table asks for, and says in the table what has become of it. */
export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #slots = new Map<string, DeploymentSlot>()
  /** What is loaded to take the place of a slot that still answers. */
  readonly #coming = new Map<string, DeploymentSlot>()
  readonly #retiring = new Set<Promise<void>>()
  readonly #reported = new Map<string, { what: string; atMs: number }>()
  readonly #stop = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: ReconcilerOptions) {
    this.#options = options
  }

  get slots(): Iterable<DeploymentSlot> {
    return this.#slots.values()
  }

  /** One step towards the desired state. Fulfilled with the loads it began, which go on by themselves. */
  async pass(): Promise<Promise<void>[]> {
    const { desired, now } = this.#options
    const wanted = new Map<string, DeploymentItem>()
    for await (const item of desired()) wanted.set(item.name, item)
    for (const name of [...this.#slots.keys()]) if (!wanted.has(name)) await this.#remove(name)
    const loads: Promise<void>[] = []
    for (const item of wanted.values()) {
      const slot = this.#slotOf(item)
      if (slot.isDue) loads.push(slot.load().then(() => this.#settle(slot)))
      await this.#report(slot, now())
    }
    return loads
  }

  /** The slot of exactly this item. Beside one that answers for another revision it is loaded first, then takes over. */
  #slotOf(item: DeploymentItem): DeploymentSlot {
    const { name } = item
    const [current, coming] = [this.#slots.get(name), this.#coming.get(name)]
    const known = [coming, current].find((slot) => slot !== undefined && identity(slot.item) === identity(item))
    if (coming !== undefined && coming !== known) {
      this.#coming.delete(name)
      this.#retire(coming)
    }
    if (known !== undefined) return known
    const slot = new DeploymentSlot(item, this.#options)
    if (current?.served !== undefined) {
      this.#coming.set(name, slot)
    } else {
      this.#slots.set(name, slot)
      if (current !== undefined) this.#retire(current)
    }
    return slot
  }

  #settle(slot: DeploymentSlot): Promise<void> {
    const { name } = slot.item
    const current = this.#slots.get(name)
    if (this.#coming.get(name) === slot && (slot.state === 'READY' || current?.served === undefined)) {
      this.#coming.delete(name)
      this.#slots.set(name, slot)
      if (current !== undefined) this.#retire(current, swapGraceMs)
    }
    return this.#report(slot, this.#options.now())
  }

  /** Takes a model out of service that an engine could not be given again; the next pass loads it anew. */
  lose({ modelId, error }: LostModel): void {
    this.#options.models.lose({ modelId, error })
    for (const slot of [...this.#slots.values(), ...this.#coming.values()])
      if (slot.modelId === modelId) slot.lose(error.message)
  }

  /** Begins to follow the table. Fulfilled when what it asked for at first is loaded, or has failed by name. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#loop = this.#follow(resolve)
    })
  }

  /** Stops following, gives every model back and takes this replica out of the table. */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#loop
    await Promise.allSettled([...this.#slots.keys()].map((name) => this.#remove(name)))
    await Promise.all(this.#retiring)
  }

  async #follow(firstIsDone: () => void): Promise<void> {
    const { intervalMs, log } = this.#options
    const { signal } = this.#stop
    let first = true
    while (!signal.aborted) {
      try {
        const loads = await this.pass()
        if (first) void Promise.all(loads).then(firstIsDone)
        first = false
      } catch (error) {
        log.warn({ err: error }, 'the desired state could not be read; what is served stays')
      }
      await wait(intervalMs, undefined, { signal }).catch(() => undefined)
    }
  }

  async #remove(name: string): Promise<void> {
    for (const slots of [this.#slots, this.#coming]) {
      const slot = slots.get(name)
      slots.delete(name)
      if (slot !== undefined) this.#retire(slot)
    }
    this.#reported.delete(name)
    await this.#options.forget(name)
  }

  #retire(slot: DeploymentSlot, graceMs = 0): void {
    const { log } = this.#options
    const { name, revision } = slot.item
    log.info({ deployment: name, revision }, 'deployment is given up')
    const grace = wait(graceMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    const retired = grace
      .then(() => slot.retire())
      .catch((error) => log.error({ err: error, deployment: name }, 'unload failed'))
      .finally(() => this.#retiring.delete(retired))
    this.#retiring.add(retired)
  }

  /** On change and as a heartbeat. One that fails is made good by the next. */
  async #report(slot: DeploymentSlot, nowMs: number): Promise<void> {
    const { replicaId, report, heartbeatMs, log } = this.#options
    const { state, reason, item } = slot
    // What the table asks for counts, also while an older revision still answers.
    if ((this.#coming.get(item.name) ?? this.#slots.get(item.name)) !== slot) return
    const what = JSON.stringify([state, reason, item.revision])
    const last = this.#reported.get(item.name)
    if (last?.what === what && nowMs - last.atMs < heartbeatMs) return
    this.#reported.set(item.name, { what, atMs: nowMs })
    const updatedAt = new Date(nowMs).toISOString()
    const status = { id: replicaId, state, ...(reason !== undefined && { reason }), revision: item.revision, updatedAt }
    await report(item.name, status).catch((error) => {
      this.#reported.delete(item.name)
      log.warn({ err: error, deployment: item.name }, 'the heartbeat could not be written')
    })
  }
}

const identity = ({ revision, file, task, repoId }: DeploymentItem): string =>
  JSON.stringify([repoId, revision, file, task])
