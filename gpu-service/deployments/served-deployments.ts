import { deploymentUseId } from '../../shared/table/deployment-use.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import type { LostModel } from '../engine/engine.ts'
import { type CreateServed, createServed } from './create-served.ts'
import { forgetMetrics } from './forget-metrics.ts'
import type { KeyCounts } from './key-counts.ts'
import { LoadFailures } from './load-failures.ts'
import { Retirement } from './retirement.ts'
import type { ServedDeployment } from './served-deployment.ts'
import type { SlotParts } from './slot-parts.ts'

export interface ServedDeploymentsOptions extends Omit<SlotParts, 'failures'>, CreateServed {
  /** Counts requests by key. */
  keys: Pick<KeyCounts, 'count' | 'forget'>
}

/** This replica's deployments by name, each from the moment it is wanted until nothing is left of it. */
export class ServedDeployments {
  readonly #options: ServedDeploymentsOptions
  readonly #byName = new Map<string, ServedDeployment>()
  readonly #retirement: Retirement
  readonly #failures: LoadFailures

  constructor(options: ServedDeploymentsOptions) {
    this.#options = options
    this.#failures = new LoadFailures(options)
    this.#retirement = new Retirement(options)
  }

  get byName(): ReadonlyMap<string, ServedDeployment> {
    return this.#byName
  }

  /** Takes over the desired state. The old targets answer until the new ones do. */
  follow(item: DeploymentItem): ServedDeployment {
    const { reporter } = this.#options
    const deployment = this.#byName.get(item.name) ?? createServed(item, { ...this.#options, failures: this.#failures })
    this.#byName.set(item.name, deployment)
    const isKeeper = reporter.isKeeper(item)
    if (!deployment.follows(item, isKeeper))
      for (const slot of deployment.follow(item, isKeeper)) this.#retirement.take(slot)
    return deployment
  }

  /** Releases stand-ins whose successors answer by now, and reports that. */
  settle(deployment: ServedDeployment): Promise<void> {
    for (const slot of deployment.settle()) this.#retirement.take(slot)
    const isCurrent = this.#byName.get(deployment.item.name) === deployment
    return isCurrent ? this.#options.reporter.report(deployment) : Promise.resolve()
  }

  /** Takes a model out of service that an engine could not take again. */
  lose({ modelId, error }: LostModel): void {
    this.#options.models.lose({ modelId, error })
    for (const { everySlot } of this.#byName.values())
      for (const slot of everySlot) if (slot.model?.modelId === modelId) slot.lose(error)
  }

  /** Releases it at once; earlier requests are still answered. */
  remove(name: string): void {
    const deployment = this.#byName.get(name)
    this.#byName.delete(name)
    if (deployment !== undefined) this.#options.use.forget(deploymentUseId(deployment.item))
    for (const slot of deployment?.everySlot ?? []) void this.#retirement.take(slot, { immediately: true })
    // Afterwards, because requests still being answered would create the metrics again.
    void this.#retirement.noneOf(name).then(() => this.#forget(name))
  }

  /** Resolves when every model of removed deployments is released. */
  close(): Promise<void> {
    return this.#retirement.close()
  }

  /** Removes its metrics, unless another deployment has the name by now. */
  #forget(name: string): void {
    if (this.#byName.has(name)) return
    this.#options.keys.forget(name)
    forgetMetrics(name, this.#options.metrics)
  }
}
