import { errors } from '../../shared/errors.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import { chooseTarget } from './choose-target.ts'
import type { DeploymentSlot } from './deployment-slot.ts'
import { asServedHere } from './keepers.ts'
import { loadNow } from './load-now.ts'
import type { RequestLimits } from './request-limits.ts'
import type { Served } from './served.ts'
import { assignSlots, type ServedTarget, slotsOf } from './served-targets.ts'
import { unloadTogether } from './unload-together.ts'

interface ServedDeploymentOptions {
  item: DeploymentItem
  create: (item: DeploymentItem, label: string) => DeploymentSlot
  limits: RequestLimits
  now: () => number
}

/** One deployment on this replica: its targets, and which of them answers whom. */
export class ServedDeployment {
  item: DeploymentItem
  targets: ServedTarget[] = []
  shadow: DeploymentSlot | undefined
  readonly limits: RequestLimits
  /** Whether this replica is one of those that keep it loaded. */
  isKeeper = true
  readonly #options: ServedDeploymentOptions

  constructor(options: ServedDeploymentOptions) {
    this.#options = options
    this.item = options.item
    this.limits = options.limits
  }

  /** Whether there is nothing to follow: the table says what it said. */
  follows(item: DeploymentItem, isKeeper: boolean): boolean {
    return this.item === item && this.isKeeper === isKeeper && this.slots.length > 0
  }

  /** Takes on what the table says now, as a replica that keeps it loaded or not. Gives what it has no more use for. */
  follow(item: DeploymentItem, isKeeper: boolean): DeploymentSlot[] {
    const { create, now } = this.#options
    this.isKeeper = isKeeper
    const assigned = assignSlots({
      item: asServedHere(item, isKeeper),
      before: this.targets,
      shadowBefore: this.shadow,
      create,
    })
    this.item = item
    this.targets = assigned.targets
    this.shadow = assigned.shadow
    for (const { slot } of this.targets) slot.outcomes.watch(item.canary?.windowSeconds, now)
    return assigned.leaving
  }

  /** Relieves those that stood in for what answers by now, and gives them. */
  settle(): DeploymentSlot[] {
    const relieved: DeploymentSlot[] = []
    for (const target of this.targets) {
      const { slot, standIn } = target
      if (standIn === undefined || (slot.served === undefined && standIn.served !== undefined)) continue
      target.standIn = undefined
      relieved.push(standIn)
    }
    return relieved
  }

  /** What is to be loaded and kept, the shadow included. */
  get slots(): DeploymentSlot[] {
    return [...this.targets.map(({ slot }) => slot), ...(this.shadow === undefined ? [] : [this.shadow])]
  }

  /** All that must be given back when the deployment goes. */
  get everySlot(): DeploymentSlot[] {
    return [...this.targets.flatMap(slotsOf), ...(this.shadow === undefined ? [] : [this.shadow])]
  }

  /** READY as soon as one of its targets answers, whichever: requests for the others go there meanwhile. */
  get state(): 'PAUSED' | DeploymentSlot['state'] {
    if (this.targets.length === 0) return 'PAUSED'
    if (this.served !== undefined) return 'READY'
    return this.targets.every(({ slot }) => slot.state === 'FAILED') ? 'FAILED' : 'LOADING'
  }

  get reason(): string | undefined {
    return this.targets.map(({ slot }) => slot.reason).find((reason) => reason !== undefined)
  }

  /** When to ask again where no target could be loaded, and one of them may be then. */
  get retryAfterSeconds(): number | undefined {
    const seconds = this.targets.flatMap(({ slot }) => slot.retryAfterSeconds ?? [])
    return seconds.length === 0 ? undefined : Math.min(...seconds)
  }

  /** Of the first target that answers. */
  get served(): Served | undefined {
    return this.#first()?.served
  }

  /** What answers a request, by its key where it has one; of those that are meant, where any is. */
  choose(key: string | undefined, isMeant?: (target: DeploymentItem) => boolean): DeploymentSlot | undefined {
    const isOneOfSeveral = isMeant !== undefined && this.targets.length > 1
    const meant = isOneOfSeveral ? this.targets.filter((one) => slotsOf(one).some(({ item }) => isMeant(item))) : []
    const chosen = chooseTarget({ targets: meant.length > 0 ? meant : this.targets, key })
    const answering = chosen && slotsOf(chosen).find(({ served }) => served !== undefined)
    return answering ?? this.#first()
  }

  /** Fulfilled when all that it serves is in memory here. @throws AppError */
  async load(signal: AbortSignal): Promise<void> {
    if (this.targets.length === 0) throw errors.deploymentPaused(this.item.name)
    await Promise.all(this.targets.map(({ slot }) => loadNow(slot, signal)))
  }

  /** Fulfilled when nothing that it serves takes memory here. @throws AppError where it is to be kept loaded */
  async unload(signal: AbortSignal): Promise<void> {
    await unloadTogether(this.everySlot, signal)
  }

  /** Whether all that it serves was told to leave memory, and has not come again since. */
  get isUnloaded(): boolean {
    return this.targets.length > 0 && this.targets.every(({ slot }) => slot.model?.control.isUnloaded === true)
  }

  #first(): DeploymentSlot | undefined {
    for (const { slot, standIn } of this.targets)
      if (slot.served !== undefined) return slot
      else if (standIn?.served !== undefined) return standIn
    return undefined
  }
}
