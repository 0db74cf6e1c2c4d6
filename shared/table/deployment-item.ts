import type { ModelDevice, Precision } from '../model/precision.ts'
import type { ServedTask } from '../model/served-tasks.ts'

/** A target of a deployment. */
export interface DeploymentTarget {
  /** `owner/name@ref`, as the user wrote it. */
  target: string
  repo: string
  repoId: string
  ref: string
  /** The revision of the ref when it was last resolved. */
  revision: string
  /** The task it is served as. */
  task: string
  /** The task that the repo declares. */
  pipelineTag?: string | undefined
  file: string
  /** The requested file, so that one can be chosen again for another revision. */
  wantedFile?: string | undefined
  precision?: Precision | undefined
  /** The requested task. */
  wantedTask?: ServedTask | undefined
  /** The device that the file was chosen for, where it was known. */
  device?: ModelDevice | undefined
  /** Its share of the requests, relative to the other weights. @default 1 */
  weight?: number | undefined
  /** Whether the ref is an alias that the target follows. */
  follows?: boolean | undefined
  /** Why it is not at its alias's current revision. */
  followFault?: string | undefined
  /** Set once a canary failed its rule; it gets no more requests. */
  rolledBack?: { at: string; by: string; reason: string; weight: number } | undefined
  /** Its share as it was asked for, while it has that of others that were rolled back. */
  ownWeight?: number | undefined
}

/**
 * The desired state of a deployment; each replica reports its actual state in an item of its own. The fields of the
 * first target are in the item itself, as in older items that have only one; optional fields may be absent there.
 */
export interface DeploymentItem extends DeploymentTarget, DeploymentSettings {
  name: string
  /** Decides who may call and remove it. */
  owner: string
  /** All targets, including the first. */
  targets?: DeploymentTarget[] | undefined
  /** Gets copies of requests; its answers are discarded. */
  shadow?: { target: DeploymentTarget; percent: number } | undefined
  isPaused?: boolean | undefined
  /** Counts edits. */
  version?: number | undefined
  createdAt: string
  createdBy: string
  updatedAt?: string | undefined
  updatedBy?: string | undefined
}

/** Settings of a deployment that do not depend on its model. */
export interface DeploymentSettings {
  /** The pool whose replicas serve it. */
  pool?: string | undefined
  /** How many replicas keep it loaded; with 0 it is loaded on demand and unloaded when idle. */
  min?: number | undefined
  max?: number | undefined
  /** How long an unused model stays loaded, where `min` is 0. */
  idleSeconds?: number | undefined
  isolate?: 'auto' | 'always' | 'never' | undefined
  limits?: DeploymentLimits | undefined
  /** How many answers are cached; none where it is absent. */
  resultCache?: { entries: number } | undefined
  stickyBy?: 'session' | 'caller' | undefined
  canary?: CanaryRule | undefined
}

/** Limits across all replicas of the pool, unless stated otherwise. */
export interface DeploymentLimits {
  requestsPerSecond?: number | undefined
  requestsPerDay?: number | undefined
  tokensPerMinute?: number | undefined
  /** Concurrent requests per replica. */
  concurrency?: number | undefined
}

/** When a target other than the first is taken out of service automatically. */
export interface CanaryRule {
  maxErrorRate?: number | undefined
  maxLatencyRatio?: number | undefined
  minRequests: number
  windowSeconds: number
}

export const defaultPool = 'default'

/** Every target, also of items written before there could be several. */
export function targetsOf(item: DeploymentItem): DeploymentTarget[] {
  if (item.targets !== undefined) return item.targets
  const { target, repo, repoId, ref, revision, task, file } = item
  return [{ target, repo, repoId, ref, revision, task, file }]
}

/** Whether it gets a share of the requests. */
export const isServed = ({ weight = 1, rolledBack }: DeploymentTarget): boolean =>
  weight > 0 && rolledBack === undefined

/** Every target, including the shadow. */
export const everyTargetOf = (item: DeploymentItem): DeploymentTarget[] => [
  ...targetsOf(item),
  ...(item.shadow === undefined ? [] : [item.shadow.target]),
]
