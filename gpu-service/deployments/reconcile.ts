import type { DeploymentItem } from '../../shared/table/deployments.ts'
import type { LostModel } from '../engine/engine.ts'
import { breatheAfter } from '../tasks/in-slices.ts'
import type { CanaryWatch } from './canary-watch.ts'
import { createServed } from './create-served.ts'
import type { DayUse } from './day-use.ts'
import { forgetMetrics } from './forget-metrics.ts'
import type { KeyCounts } from './key-counts.ts'
import type { KnownRefs } from './known-refs.ts'
import { LoadFailures } from './load-failures.ts'
import { LoadTurns } from './load-turns.ts'
import { OutdatedReports } from './outdated-reports.ts'
import type { Reporter } from './reporter.ts'
import { Retirement } from './retirement.ts'
import type { ServedDeployment } from './served-deployment.ts'
import { severalAtOnce } from './several-at-once.ts'
import type { SlotParts } from './slot-parts.ts'
import { Steps } from './steps.ts'

export interface ReconcilerOptions extends Omit<SlotParts, 'failures'> {
  /** What should be served, by name. */
  desired: () => Promise<ReadonlyMap<string, DeploymentItem>>
  /** Is told of what this replica serves, after each step. */
  reporter: Reporter
  /** Takes targets out of service that do worse than they may. */
  canaries: CanaryWatch
  /** By which names what is deployed may be asked for, too. */
  refs: Pick<KnownRefs, 'follow'>
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
  readonly #outdated: OutdatedReports
  readonly #turns = new LoadTurns({ atOnce: loadsAtOnce })
  readonly #retirement: Retirement
  readonly #failures: LoadFailures
  readonly #steps: Steps

  constructor(options: ReconcilerOptions) {
    const { reporter, intervalMs, log, now } = options
    this.#options = options
    this.#failures = new LoadFailures({ now })
    this.#retirement = new Retirement({ log })
    this.#outdated = new OutdatedReports({ reporter, log, isServed: (name) => this.#deployments.has(name) })
    this.#steps = new Steps({ step: () => this.pass(), intervalMs, log })
  }

  get deployments(): ReadonlyMap<string, ServedDeployment> {
    return this.#deployments
  }

  /** One step towards the desired state. Fulfilled with the loads it began, which go on by themselves. */
  async pass(): Promise<Promise<void>[]> {
    const { desired, reporter, canaries, use, refs } = this.#options
    await reporter.beat()
    await use.sum()
    const wanted = await desired()
    // Another one of the same name may be somebody else's, whom the models of this one must not answer.
    for (const [name, { item }] of [...this.#deployments])
      if (wanted.get(name)?.createdAt !== item.createdAt) this.#remove(name)
    await this.#outdated.takeBack()
    const loads: Promise<void>[] = []
    const breathe = breatheAfter(sliceMs)
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
    const report = (one: ServedDeployment) => reporter.report(one).then(breathe)
    await severalAtOnce({ items: [...this.#deployments.values()], atOnce: reportsAtOnce, use: report })
    await refs.follow(wanted.values())
    return loads
  }

  /** Takes on what is wanted of a deployment now. What answered before goes on until its successor does. */
  #follow(item: DeploymentItem): ServedDeployment {
    const deployment =
      this.#deployments.get(item.name) ?? createServed({ item, failures: this.#failures, options: this.#options })
    this.#deployments.set(item.name, deployment)
    const isKeeper = this.#options.reporter.isKeeper(item)
    if (!deployment.follows(item, isKeeper))
      for (const slot of deployment.follow(item, isKeeper)) this.#retirement.take(slot)
    return deployment
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
      for (const slot of everySlot) if (slot.model?.modelId === modelId) slot.lose(error.message)
  }

  /** Begins to follow the table. Fulfilled when what it asked for at first is loaded, or has failed by name. */
  start(): Promise<void> {
    return this.#steps.start()
  }

  /** Stops following, gives every model back and takes this replica out of the table. */
  async close(): Promise<void> {
    await this.#steps.stop()
    for (const name of [...this.#deployments.keys()]) this.#remove(name)
    await this.#outdated.takeBack()
    await this.#retirement.close()
    await this.#options.reporter.close()
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
    for (const slot of deployment?.everySlot ?? []) void this.#retirement.take(slot, { atOnce: true })
    // What is still answered meanwhile would be counted anew.
    void this.#retirement.noneOf(name).then(() => this.#forget(name))
    this.#outdated.add(name)
  }
}
