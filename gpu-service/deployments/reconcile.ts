import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { Principal } from '../../shared/auth/principal.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import type { LostModel } from '../engine/engine.ts'
import type { CanaryWatch } from './canary-watch.ts'
import type { DayUse } from './day-use.ts'
import { DeploymentSlot, type SlotParts } from './deployment-slot.ts'
import { forgetMetrics } from './forget-metrics.ts'
import type { KeyCounts } from './key-counts.ts'
import { LoadTurns } from './load-turns.ts'
import type { Reporter } from './reporter.ts'
import { RequestLimits } from './request-limits.ts'
import { Retirement } from './retirement.ts'
import { ServedDeployment } from './served-deployment.ts'

export interface ReconcilerOptions extends SlotParts {
  /** What should be served, by name. */
  desired: () => Promise<ReadonlyMap<string, DeploymentItem>>
  /** Is told of what this replica serves, after each step. */
  reporter: Reporter
  /** Takes targets out of service that do worse than they may. */
  canaries: CanaryWatch
  /** What all replicas answered today. */
  use: DayUse
  /** Counts who asks. */
  keys: Pick<KeyCounts, 'count' | 'forget'>
  intervalMs: number
}

const loadsAtOnce = 8
const reportsAtOnce = 25
/** How long a step may keep the event loop to itself. */
const sliceMs = 3

/** Makes this replica serve what the table asks for, and says in the table what has become of it. */
export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #deployments = new Map<string, ServedDeployment>()
  /** Those that are gone, while the table says that they are served here. */
  readonly #reportedStill = new Set<string>()
  readonly #turns = new LoadTurns({ atOnce: loadsAtOnce })
  readonly #retirement: Retirement
  readonly #stop = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: ReconcilerOptions) {
    this.#options = options
    this.#retirement = new Retirement({ log: options.log })
  }

  get deployments(): ReadonlyMap<string, ServedDeployment> {
    return this.#deployments
  }

  /** One step towards the desired state. Fulfilled with the loads it began, which go on by themselves. */
  async pass(): Promise<Promise<void>[]> {
    const { desired, reporter, canaries, use } = this.#options
    await reporter.beat()
    await use.sum()
    const wanted = await desired()
    for (const name of [...this.#deployments.keys()]) if (!wanted.has(name)) this.#remove(name)
    await this.#takeReportsBack()
    const loads: Promise<void>[] = []
    const breathe = slices()
    for (const item of wanted.values()) {
      const deployment = this.#follow(item)
      for (const slot of deployment.slots) {
        const loaded = this.#turns.take(slot)
        if (loaded !== undefined) loads.push(loaded.then(() => this.#settle(deployment)))
      }
      deployment.limits.set(item.limits)
      await canaries.judge(deployment)
      await breathe()
    }
    await this.#reportAll(reporter, breathe)
    return loads
  }

  /** Several at once: what a thousand deployments have become is written in seconds. */
  async #reportAll(reporter: Reporter, breathe: () => Promise<void>): Promise<void> {
    const deployments = [...this.#deployments.values()]
    for (let start = 0; start < deployments.length; start += reportsAtOnce) {
      await Promise.all(deployments.slice(start, start + reportsAtOnce).map((one) => reporter.report(one)))
      await breathe()
    }
  }

  /** Takes on what is wanted of a deployment now. What answered before goes on until its successor does. */
  #follow(item: DeploymentItem): ServedDeployment {
    const deployment = this.#deployments.get(item.name) ?? this.#create(item)
    this.#deployments.set(item.name, deployment)
    if (deployment.item !== item || deployment.slots.length === 0)
      for (const slot of deployment.follow(item)) this.#retirement.take(slot)
    return deployment
  }

  #create(item: DeploymentItem): ServedDeployment {
    const { reporter, use, keys, now } = this.#options
    const create = (own: DeploymentItem, label: string) => new DeploymentSlot(own, this.#options, label)
    const replicaCount = () => reporter.replicaCount
    const deployment = item.name
    const count = (caller: Principal | undefined) => keys.count({ deployment, caller })
    const limits = new RequestLimits({ deployment, replicaCount, use, now, count })
    return new ServedDeployment({ item, create, limits, now })
  }

  #settle(deployment: ServedDeployment): Promise<void> {
    for (const slot of deployment.settle()) this.#retirement.take(slot)
    const isCurrent = this.#deployments.get(deployment.item.name) === deployment
    return isCurrent ? this.#options.reporter.report(deployment) : Promise.resolve()
  }

  /** Takes a model out of service that an engine could not be given again; the next pass loads it anew. */
  lose({ modelId, error }: LostModel): void {
    this.#options.models.lose({ modelId, error })
    for (const { everySlot } of this.#deployments.values())
      for (const slot of everySlot) if (slot.modelId === modelId) slot.lose(error.message)
  }

  /** Begins to follow the table. Fulfilled when what it asked for at first is loaded, or has failed by name. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#loop = this.#run(resolve)
    })
  }

  /** Stops following, gives every model back and takes this replica out of the table. */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#loop
    for (const name of [...this.#deployments.keys()]) this.#remove(name)
    await this.#takeReportsBack()
    await this.#retirement.close()
    await this.#options.reporter.close()
  }

  async #run(firstIsDone: () => void): Promise<void> {
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

  /** Takes it out of the metrics, unless there is another of that name by now. */
  #forget(name: string): void {
    if (this.#deployments.has(name)) return
    this.#options.keys.forget(name)
    forgetMetrics(name, this.#options.metrics)
  }

  #remove(name: string): void {
    const deployment = this.#deployments.get(name)
    this.#deployments.delete(name)
    this.#options.use.forget(name)
    const slots = deployment?.everySlot ?? []
    // What is still answered meanwhile would be counted anew.
    void Promise.all(slots.map((slot) => this.#retirement.take(slot, { atOnce: true }))).then(() => this.#forget(name))
    this.#reportedStill.add(name)
  }

  /** What cannot be taken back now is with the next step, and holds up nothing else. */
  async #takeReportsBack(): Promise<void> {
    const { reporter, log } = this.#options
    const names = [...this.#reportedStill]
    for (let start = 0; start < names.length; start += reportsAtOnce)
      await Promise.all(
        names.slice(start, start + reportsAtOnce).map(async (name) => {
          try {
            // Of one that is there again, the next report takes its place.
            if (!this.#deployments.has(name)) await reporter.forget(name)
            this.#reportedStill.delete(name)
          } catch (error) {
            log.warn({ err: error, deployment: name }, 'the report of a deployment could not be taken back')
          }
        }),
      )
  }
}

/** Lets requests in between where a step has had the event loop for long. */
function slices(): () => Promise<void> {
  let startedMs = performance.now()
  return async () => {
    if (performance.now() - startedMs < sliceMs) return
    await nextTurn()
    startedMs = performance.now()
  }
}
