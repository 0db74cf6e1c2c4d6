import type { ItemQueue } from '../batcher/item-queue.ts'
import type { Isolation } from '../tasks/task.ts'
import { taskNamed } from '../tasks/tasks.ts'
import type { GatedQueue } from './gated-queue.ts'
import type { ModelRequest } from './model-cache.ts'
import type { OpenedModel } from './open-model.ts'

/** Which model a deployment needs, and how long that stays in the engines. */
export interface LoadRequest extends ModelRequest {
  task: string
  /** For messages. */
  deployment: string
  /** Whether the members of a batch run alone, where the deployment says so itself. */
  isolate?: Isolation | undefined
  /** How long it stays in the engines without work; for ever where this is absent. */
  idleMsMax?: number | undefined
  /** Whether it waits for its first request with being loaded. */
  loadsOnDemand?: boolean
  /** Told that an engine could not be given it when work asked for it. */
  onFailure?: (error: unknown) => void
  /** Told whenever the engines hold it anew, by all who use it then. */
  onEntered?: (took: LoadTimes) => void
}

/** How long it took a model to come into the engines, and how much of that was the warm-up. */
export interface LoadTimes {
  loadMs: number
  warmUpMs: number
}

/** A hold on a model that the engines hold, or will when work comes. The last one that is given back unloads it. */
export interface ModelLease extends OpenedModel {
  modelId: string
  /** Puts a gate before a queue of the model's work, which lets it through while the engines hold the model. */
  gate(gated: { queue: ItemQueue; graph: string }): GatedQueue
  /** Whether the engines hold it now. */
  readonly isResident: boolean
  /** Whether the engines hold other models too. */
  readonly hasNeighbours: boolean
  /** Fulfilled when the engines hold it. @throws what its load throws */
  load(): Promise<void>
  /** @throws AppError `model_kept_loaded` where any who use it want it to stay */
  assertMayLeave(): void
  /** Has the engines give its memory back until somebody wants it again. @throws AppError `model_kept_loaded` */
  unload(): Promise<void>
  /** Has it stay no longer for the sake of this one, who only answers what was asked before. */
  keepNoLonger(): void
  /** Why it may not be kept loaded though it is to be. */
  readonly keptFault: string | undefined
  release(): Promise<void>
}

/** A model that serves several deployments stays as long as any of them wants it to. */
export const idleMsOf = (leases: ReadonlySet<LoadRequest>): number | undefined =>
  [...leases].some(({ idleMsMax }) => idleMsMax === undefined)
    ? undefined
    : Math.max(...[...leases].map(({ idleMsMax = 0 }) => idleMsMax))

/** A task has several names, and all of them are one model; run otherwise it is another. @throws AppError `unsupported_model` */
export const modelKeyOf = ({ revision, file, task, isolate = 'auto' }: LoadRequest): string =>
  `${revision}/${file} ${taskNamed(task).name}${isolate === 'auto' ? '' : ` ${isolate}`}`
