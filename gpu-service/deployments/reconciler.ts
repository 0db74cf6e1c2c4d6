import { inParallel } from '../../shared/in-parallel.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import type { LostModel } from '../engine/engine.ts'
import { yieldTurnAfter } from '../yield-turn.ts'
import type { CanaryWatch } from './canary-watch.ts'
import type { KnownRefs } from './known-refs.ts'
import { LoadTurns } from './load-turns.ts'
import { OutdatedReports } from './outdated-reports.ts'
import { ReconcileLoop } from './reconcile-loop.ts'
import type { ServedDeployment } from './served-deployment.ts'
import { ServedDeployments, type ServedDeploymentsOptions } from './served-deployments.ts'

interface ReconcilerOptions extends ServedDeploymentsOptions {
  /** The deployments to serve, by name. */
  desired: () => Promise<ReadonlyMap<string, DeploymentItem>>
  /** Takes failing canaries out of service. */
  canaries: CanaryWatch
  /** Other names of the deployed revisions. */
  refs: Pick<KnownRefs, 'follow'>
  intervalMs: number
}

const loadsAtOnce = 8
const reportsAtOnce = 25
/** How long a pass may block the event loop. */
const sliceMs = 3

/** Makes this replica serve what the table asks for, and reports the result to the table. */
export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #served: ServedDeployments
  readonly #outdated: OutdatedReports
  readonly #turns = new LoadTurns({ concurrency: loadsAtOnce })
  readonly #loop: ReconcileLoop

  constructor(options: ReconcilerOptions) {
    const { reporter, intervalMs, log } = options
    this.#options = options
    this.#served = new ServedDeployments(options)
    this.#outdated = new OutdatedReports({ reporter, log, isServed: (name) => this.deployments.has(name) })
    this.#loop = new ReconcileLoop({ pass: () => this.pass(), intervalMs, log })
  }

  get deployments(): ReadonlyMap<string, ServedDeployment> {
    return this.#served.byName
  }

  /** One pass towards the desired state. Resolves with the loads it started, which continue on their own. */
  async pass(): Promise<Promise<void>[]> {
    const { desired, reporter, canaries, use, refs } = this.#options
    await reporter.beat()
    const wanted = await desired()
    // A new deployment of the same name may have another owner, so the models of the old one must not answer for it.
    for (const [name, { item }] of [...this.deployments])
      if (wanted.get(name)?.createdAt !== item.createdAt) this.#remove(name)
    await this.#outdated.takeBack()
    const loads: Promise<void>[] = []
    const yieldTurn = yieldTurnAfter(sliceMs)
    for (const item of wanted.values()) {
      this.#served.follow(item).limits.set(item.limits)
      await yieldTurn()
    }
    // Before the first answers, which on-demand deployments give at once.
    await use.sum()
    for (const deployment of [...this.deployments.values()]) {
      loads.push(...this.#load(deployment))
      await canaries.judge(deployment)
      await yieldTurn()
    }
    const report = (one: ServedDeployment) => reporter.report(one).then(yieldTurn)
    await inParallel([...this.deployments.values()], reportsAtOnce, report)
    await refs.follow(wanted.values())
    return loads
  }

  /** Takes a model out of service that an engine could not take again; the next pass reloads it. */
  lose(lost: LostModel): void {
    this.#served.lose(lost)
  }

  /** Starts following the table. Resolves when the initial deployments are loaded or have failed. */
  start(): Promise<void> {
    return this.#loop.start()
  }

  /** Stops following, releases every model and removes this replica from the table. */
  async close(): Promise<void> {
    await this.#loop.stop()
    // The requests since the last pass count for its successor.
    await this.#options.use.sum()
    for (const name of [...this.deployments.keys()]) this.#remove(name)
    await this.#outdated.takeBack()
    await this.#served.close()
    await this.#options.reporter.close()
  }

  /** Starts the loads that are due, within the limit. */
  #load(deployment: ServedDeployment): Promise<void>[] {
    return deployment.slots
      .map((slot) => this.#turns.take(slot))
      .filter((loaded) => loaded !== undefined)
      .map((loaded) => loaded.then(() => this.#served.settle(deployment)))
  }

  #remove(name: string): void {
    this.#served.remove(name)
    this.#outdated.add(name)
  }
}
