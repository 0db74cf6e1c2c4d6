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
  /** What should be served, by name. */
  desired: () => Promise<ReadonlyMap<string, DeploymentItem>>
  /** Takes targets out of service that do worse than they may. */
  canaries: CanaryWatch
  /** By which names what is deployed may be asked for, too. */
  refs: Pick<KnownRefs, 'follow'>
  intervalMs: number
}

const loadsAtOnce = 8
const reportsAtOnce = 25
/** How long a pass may keep the event loop to itself. */
const sliceMs = 3

/** Makes this replica serve what the table asks for, and says in the table what has become of it. */
export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #served: ServedDeployments
  readonly #outdated: OutdatedReports
  readonly #turns = new LoadTurns({ atOnce: loadsAtOnce })
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

  /** One pass towards the desired state. Fulfilled with the loads it began, which go on by themselves. */
  async pass(): Promise<Promise<void>[]> {
    const { desired, reporter, canaries, use, refs } = this.#options
    await reporter.beat()
    const wanted = await desired()
    // Another one of the same name may be somebody else's, whom the models of this one must not answer.
    for (const [name, { item }] of [...this.deployments])
      if (wanted.get(name)?.createdAt !== item.createdAt) this.#remove(name)
    await this.#outdated.takeBack()
    const loads: Promise<void>[] = []
    const yieldTurn = yieldTurnAfter(sliceMs)
    for (const item of wanted.values()) {
      this.#served.follow(item).limits.set(item.limits)
      await yieldTurn()
    }
    // Before any of them answers for the first time, which one that is loaded on demand does at once.
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

  /** Takes a model out of service that an engine could not be given again; the next pass loads it anew. */
  lose(lost: LostModel): void {
    this.#served.lose(lost)
  }

  /** Begins to follow the table. Fulfilled when what it asked for at first is loaded, or has failed by name. */
  start(): Promise<void> {
    return this.#loop.start()
  }

  /** Stops following, gives every model back and takes this replica out of the table. */
  async close(): Promise<void> {
    await this.#loop.stop()
    // What was answered since the last pass counts for whoever comes in this one's place.
    await this.#options.use.sum()
    for (const name of [...this.deployments.keys()]) this.#remove(name)
    await this.#outdated.takeBack()
    await this.#served.close()
    await this.#options.reporter.close()
  }

  /** Begins the loads that are due, as far as it is their turn. */
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
