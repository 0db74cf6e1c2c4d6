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

/** Makes this replica serve what the table asks for, and says in the table what has become of it. */
export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #slots = new Map<string, DeploymentSlot>()
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
    for (const [name, slot] of this.#slots) {
      const item = wanted.get(name)
      if (item === undefined || identity(item) !== identity(slot.item)) await this.#remove(slot, item === undefined)
    }
    const loads: Promise<void>[] = []
    for (const item of wanted.values()) {
      const known = this.#slots.get(item.name)
      const slot = known ?? new DeploymentSlot(item, this.#options)
      this.#slots.set(item.name, slot)
      if (slot.isDue) loads.push(slot.load().then(() => this.#report(slot, now())))
    }
    for (const slot of this.#slots.values()) await this.#report(slot, now())
    return loads
  }

  /** Takes a model out of service that an engine could not be given again; the next pass loads it anew. */
  lose({ modelId, error }: LostModel): void {
    this.#options.models.lose({ modelId, error })
    for (const slot of this.#slots.values()) if (slot.modelId === modelId) slot.lose(error.message)
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
    await Promise.allSettled([...this.#slots.values()].map((slot) => this.#remove(slot, true)))
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

  async #remove(slot: DeploymentSlot, forget: boolean): Promise<void> {
    const { log } = this.#options
    const { name } = slot.item
    this.#slots.delete(name)
    this.#reported.delete(name)
    log.info({ deployment: name, revision: slot.item.revision }, 'deployment is given up')
    const retired = slot.retire().catch((error) => log.error({ err: error, deployment: name }, 'unload failed'))
    if (this.#stop.signal.aborted) await retired
    if (forget) await this.#options.forget(name)
  }

  /** On change and as a heartbeat. One that fails is made good by the next. */
  async #report(slot: DeploymentSlot, nowMs: number): Promise<void> {
    const { replicaId, report, heartbeatMs, log } = this.#options
    const { state, reason, item } = slot
    if (this.#slots.get(item.name) !== slot) return
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

const identity = ({ revision, file, task, repo }: DeploymentItem): string =>
  JSON.stringify([repo, revision, file, task])
