import type { ItemQueue } from '../batcher/item-queue.ts'
import type { Isolation } from '../tasks/isolation.ts'
import { taskNamed } from '../tasks/tasks.ts'
import type { GatedQueue } from './gated-queue.ts'
import type { ModelRequest } from './model-cache.ts'
import type { OpenedModel } from './open-model.ts'

/** Which model a deployment needs, and for how long it stays loaded. */
export interface LoadRequest extends ModelRequest {
  task: string
  /** For error messages. */
  deployment: string
  /** Whether the members of a batch run alone. @default as the host wants it */
  isolate?: Isolation | undefined
  /** How long it stays loaded without work; without a limit, forever. */
  idleMsMax?: number | undefined
  /** Whether its first request loads it. */
  loadsOnDemand?: boolean
  /** Called when an engine could not load it for new work. */
  onFailure?: (error: unknown) => void
  /** Called after each load, for every current user. */
  onLoaded?: (took: LoadTimes) => void
}

/** A request with what the host decides where the deployment does not. */
export interface DecidedRequest extends LoadRequest {
  isolate: Isolation
}

/** The duration of a load, and of the warm-up within it. */
export interface LoadTimes {
  loadMs: number
  warmUpMs: number
}

/** A hold on a model that is loaded, or will be when there is work. Releasing the last one unloads it. */
export interface ModelLease extends OpenedModel {
  modelId: string
  /** Puts a gate before a queue, which opens while the model is loaded. */
  gate(gated: { queue: ItemQueue; graph: string }): GatedQueue
  /** Whether the engines have it. */
  readonly isResident: boolean
  /** Whether the engines have other models, too. */
  readonly hasNeighbours: boolean
  /** Resolves when it is loaded. @throws what its load throws */
  load(): Promise<void>
  /** @throws AppError `model_kept_loaded` if any user needs it to stay */
  assertMayLeave(): void
  /** Unloads it until it is requested again. @throws AppError `model_kept_loaded` */
  unload(): Promise<void>
  /** Stops keeping it loaded for this user, which only answers its remaining requests. */
  keepNoLonger(): void
  /** Why it cannot stay loaded although it should. */
  readonly keptFault: string | undefined
  release(): Promise<void>
}

/** A shared model stays as long as any of its deployments wants it to. */
export const idleMsOf = (leases: ReadonlySet<LoadRequest>): number | undefined =>
  [...leases].some(({ idleMsMax }) => idleMsMax === undefined)
    ? undefined
    : Math.max(...[...leases].map(({ idleMsMax = 0 }) => idleMsMax))

/**
 * The names of one task mean the same model; other run settings make another one. @throws AppError `unsupported_model`
 */
export const modelKeyOf = ({ revision, file, task, isolate }: DecidedRequest): string =>
  `${revision}/${file} ${taskNamed(task).name}${isolate === 'auto' ? '' : ` ${isolate}`}`
