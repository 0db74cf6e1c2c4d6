import type { ModelDevice, Precision } from '../model/precision.ts'
import type { ServedTask } from '../model/served-tasks.ts'

/** One thing that a deployment serves. */
export interface DeploymentTarget {
  /** `owner/name@ref` as it was asked for. */
  target: string
  repo: string
  repoId: string
  ref: string
  /** What the ref named when it was last looked up. */
  revision: string
  /** What it is served as. */
  task: string
  /** What its repo says that it does. */
  pipelineTag?: string | undefined
  file: string
  /** What was asked of the file, so that it can be chosen again for another revision. */
  wantedFile?: string | undefined
  precision?: Precision | undefined
  /** What it was asked to be served as. */
  wantedTask?: ServedTask | undefined
  /** What the file was chosen for, where it was known. */
  device?: ModelDevice | undefined
  /** Its share of the requests, against the weights of the others. 1 where it is absent. */
  weight?: number | undefined
  /** Whether the ref is an alias that this target goes along with. */
  follows?: boolean | undefined
  /** Why it is not at what its alias names. */
  followFault?: string | undefined
  /** That it did worse than the deployment allows, and gets no requests any more. */
  rolledBack?: { at: string; by: string; reason: string; weight: number } | undefined
}

/**
 * The desired state of one deployment, as it stands in the table. What replicas make of it is in their own items. Its
 * first target stands in the item itself, where older items have their only one; whatever is optional is absent there.
 */
export interface DeploymentItem extends DeploymentTarget, DeploymentSettings {
  name: string
  /** Whose it is: who may call it and who may remove it. */
  owner: string
  /** Every target, the first included. */
  targets?: DeploymentTarget[] | undefined
  /** What gets copies of requests, whose answers nobody sees. */
  shadow?: { target: DeploymentTarget; percent: number } | undefined
  isPaused?: boolean | undefined
  /** Counts its changes. */
  version?: number | undefined
  createdAt: string
  createdBy: string
  updatedAt?: string | undefined
  updatedBy?: string | undefined
}

/** How a deployment is served, whatever it serves. */
export interface DeploymentSettings {
  /** The replicas that serve it are those of this pool. */
  pool?: string | undefined
  /** How many replicas keep it loaded; with 0 it is loaded for the first request and leaves when it is idle. */
  min?: number | undefined
  max?: number | undefined
  /** How long a model that nobody asks stays, where `min` is 0. */
  idleSeconds?: number | undefined
  isolate?: 'auto' | 'always' | 'never' | undefined
  limits?: DeploymentLimits | undefined
  /** How many answers are kept to be given again; none where it is absent. */
  resultCache?: { entries: number } | undefined
  stickyBy?: 'session' | 'caller' | undefined
  canary?: CanaryRule | undefined
}

/** What a deployment answers at most, all replicas of its pool together where nothing else is said. */
export interface DeploymentLimits {
  requestsPerSecond?: number | undefined
  requestsPerDay?: number | undefined
  tokensPerMinute?: number | undefined
  /** Requests that each replica answers at a time. */
  concurrency?: number | undefined
}

/** When a target that is not the first is taken out of service by itself. */
export interface CanaryRule {
  maxErrorRate?: number | undefined
  maxLatencyRatio?: number | undefined
  minRequests: number
  windowSeconds: number
}

export const defaultPool = 'default'

/** Every target of a deployment, whenever it was made. */
export function targetsOf(item: DeploymentItem): DeploymentTarget[] {
  if (item.targets !== undefined) return item.targets
  const { target, repo, repoId, ref, revision, task, file } = item
  return [{ target, repo, repoId, ref, revision, task, file }]
}

/** Whether it gets a share of the requests. */
export const isServed = ({ weight = 1, rolledBack }: DeploymentTarget): boolean =>
  weight > 0 && rolledBack === undefined

/** Every target that holds a repo: those that are asked and the shadow. */
export const everyTargetOf = (item: DeploymentItem): DeploymentTarget[] => [
  ...targetsOf(item),
  ...(item.shadow === undefined ? [] : [item.shadow.target]),
]
