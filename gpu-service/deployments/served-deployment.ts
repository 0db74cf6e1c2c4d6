import { errors } from '../../shared/errors.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import { chooseTarget } from './choose-target.ts'
import type { DeploymentSlot } from './deployment-slot.ts'
import { asServedHere } from './keeps-loaded.ts'
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

/** One deployment on this replica: its targets, and the choice between them. */
export class ServedDeployment {
  item: DeploymentItem
  targets: ServedTarget[] = []
  shadow: DeploymentSlot | undefined
  readonly limits: RequestLimits
  /** Whether this replica keeps it loaded. */
  isKeeper = true
  readonly #options: ServedDeploymentOptions

  constructor(options: ServedDeploymentOptions) {
    this.#options = options
    this.item = options.item
    this.limits = options.limits
  }

  /** Whether it already follows this state. */
  follows(item: DeploymentItem, isKeeper: boolean): boolean {
    return this.item === item && this.isKeeper === isKeeper && this.slots.length > 0
  }

  /** Takes over the desired state, as a keeper or not. Returns the slots it no longer needs. */
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

  /** Removes and returns the stand-ins that are no longer needed, because their successors answer or they do not. */
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

  /** Every slot to load and keep, including the shadow's. */
  get slots(): DeploymentSlot[] {
    return [...this.targets.map(({ slot }) => slot), ...(this.shadow === undefined ? [] : [this.shadow])]
  }

  /** Every slot to release when the deployment goes. */
  get everySlot(): DeploymentSlot[] {
    return [...this.targets.flatMap(slotsOf), ...(this.shadow === undefined ? [] : [this.shadow])]
  }

  /** READY as soon as any of its targets answers; requests for the others go there meanwhile. */
  get state(): 'PAUSED' | DeploymentSlot['state']['is'] {
    if (this.targets.length === 0) return 'PAUSED'
    if (this.served !== undefined) return 'READY'
    return this.targets.every(({ slot }) => slot.state.is === 'FAILED') ? 'FAILED' : 'LOADING'
  }

  get reason(): string | undefined {
    return this.targets.map(({ slot }) => slot.state.reason).find((reason) => reason !== undefined)
  }

  /** The shortest time until a retry of a failed target may succeed, if any. */
  get retryAfterSeconds(): number | undefined {
    const seconds = this.targets.flatMap(({ slot }) => slot.state.retryAfterSeconds ?? [])
    return seconds.length === 0 ? undefined : Math.min(...seconds)
  }

  /** From the first target that answers. */
  get served(): Served | undefined {
    return this.#first()?.served
  }

  /** Chooses the target for a request, by its key if it has one, and among the meant targets if any is. */
  choose(key: string | undefined, isMeant?: (target: DeploymentItem) => boolean): DeploymentSlot | undefined {
    const isOneOfSeveral = isMeant !== undefined && this.targets.length > 1
    const meant = isOneOfSeveral ? this.targets.filter((one) => slotsOf(one).some(({ item }) => isMeant(item))) : []
    const chosen = chooseTarget({ targets: meant.length > 0 ? meant : this.targets, key })
    const answering = chosen && slotsOf(chosen).find(({ served }) => served !== undefined)
    return answering ?? this.#first()
  }

  /** Resolves when all of its models are in memory here. @throws AppError */
  async load(signal: AbortSignal): Promise<void> {
    if (this.targets.length === 0) throw errors.deploymentPaused(this.item.name)
    await Promise.all(this.targets.map(({ slot }) => loadNow(slot, signal)))
  }

  /** Resolves when all its models are unloaded here. @throws AppError `model_kept_loaded` */
  async unload(signal: AbortSignal): Promise<void> {
    await unloadTogether(this.everySlot, signal)
  }

  /** Whether all of its models were unloaded by order, and not loaded since. */
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
