import type { Deployment, ReplicaStatus } from '../../shared/contract/deployment.ts'
import { servedAs } from '../../shared/model/served-tasks.ts'
import {
  type DeploymentItem,
  type DeploymentTarget,
  defaultPool,
  targetsOf,
} from '../../shared/table/deployment-item.ts'
import type { PoolReplica } from '../../shared/table/replicas.ts'
import { countReplicas } from './count-replicas.ts'
import { driftOf } from './deployment-drift.ts'
import type { MovedTo } from './moved-refs.ts'
import { isBehind, speaksOf } from './observed-version.ts'
import { type ReplicaSays, stateOfReplicas } from './state-of-replicas.ts'

/** A deployment as the API shows it: the request, and the reports of its replicas. */
export function toDeployment(
  item: DeploymentItem,
  { replicas: told, alive, isServedHere = true, movedTo }: Seen,
): Deployment {
  const { name, owner, target, repo, ref, revision, file, precision, createdAt, updatedAt, shadow } = item
  const replicas = told.filter((replica) => speaksOf(item, replica))
  const upToDate = replicas.filter((replica) => !isBehind(item, replica))
  const current = upToDate.filter((replica) => replica.revision === revision)
  const state = item.isPaused === true ? 'PAUSED' : stateOfReplicas(current.map(saysOf))
  const failed = current.find((replica) => replica.state === 'FAILED')
  const elsewhere = [...replicas, ...alive].find((replica) => replica.baseUrl !== undefined)?.baseUrl
  const movesOf = (one: DeploymentTarget) => {
    const moved = movedTo?.(one)
    return moved && { movedTo: moved }
  }
  const baseUrl = elsewhere ?? (isServedHere ? '' : undefined)
  return {
    ...{ name, owner, target, repo, ref, revision, ...taskOf(item), file },
    ...(precision !== undefined && { precision }),
    state,
    ...(state === 'FAILED' && failed?.reason !== undefined && { reason: failed.reason }),
    ...(baseUrl !== undefined && { url: `${baseUrl}/api/v1/predict/${name}` }),
    targets: targetsOf(item).map((one) => ({ ...toTarget(one, item, upToDate), ...movesOf(one) })),
    ...(shadow !== undefined && {
      shadow: { ...chosenOf(shadow.target), percent: shadow.percent, ...movesOf(shadow.target) },
    }),
    ...settingsOf(item),
    ...countReplicas({ item, replicas, alive }),
    replicas: replicas.map(toReplica),
    drift: driftOf({ item, replicas, alive }),
    version: item.version ?? 0,
    createdAt,
    ...(updatedAt !== undefined && { updatedAt }),
  }
}

interface Seen {
  replicas: readonly ReplicaStatus[]
  /** Every replica of the pool, whatever it serves. */
  alive: readonly PoolReplica[]
  /** Whether it is served at this API's own address, unless a replica reports another. @default true */
  isServedHere?: boolean | undefined
  movedTo?: MovedTo | undefined
}

function settingsOf(item: DeploymentItem) {
  const { pool = defaultPool, min = 1, isolate = 'auto', stickyBy = 'session' } = item
  const { max, idleSeconds, limits, resultCache, canary } = item
  const optional = { max, idleSeconds, limits, resultCache, canary }
  const given = Object.entries(optional).filter(([, value]) => value !== undefined)
  return { pool, min, isolate, stickyBy, ...(Object.fromEntries(given) as Partial<typeof optional>) }
}

/** Older items only hold the Hub's task. */
const taskOf = ({ task, pipelineTag = task }: DeploymentTarget) => ({
  task: servedAs(task),
  ...(pipelineTag !== 'tensors' && { pipelineTag }),
})

function chosenOf(chosen: DeploymentTarget) {
  const { target, repo, ref, revision, file, wantedFile, precision, wantedTask, follows, followFault } = chosen
  return {
    ...{ target, repo, ref, revision, ...taskOf(chosen), file },
    ...(wantedFile !== undefined && { wantedFile }),
    ...(precision !== undefined && { precision }),
    ...(wantedTask !== undefined && { wantedTask }),
    follows: follows === true,
    ...(followFault !== undefined && { followFault }),
  }
}

function toTarget(
  target: DeploymentTarget,
  item: DeploymentItem,
  replicas: readonly ReplicaStatus[],
): Deployment['targets'][number] {
  const { weight = 1, rolledBack } = target
  const of = replicas.flatMap(({ targets = [], isKeeper }) =>
    targets
      .filter(({ revision, file, isShadow }) => revision === target.revision && file === target.file && !isShadow)
      .map((one) => ({ ...one, isKeeper })),
  )
  const told = stateOfReplicas(of)
  const state =
    rolledBack !== undefined ? 'ROLLED_BACK' : item.isPaused === true ? 'PAUSED' : weight === 0 ? 'IDLE' : told
  const fault = of.find((one) => one.state === 'FAILED')?.reason
  const reason = rolledBack === undefined ? (state === 'FAILED' ? fault : undefined) : whyOut(target, rolledBack)
  return {
    ...chosenOf(target),
    weight: rolledBack === undefined ? weight : 0,
    state,
    ...(reason !== undefined && { reason }),
    ...(rolledBack !== undefined && { rolledBackAt: rolledBack.at }),
  }
}

/** Why it gets no requests, and what brings it back. */
function whyOut(
  { follows }: DeploymentTarget,
  { reason, weight }: NonNullable<DeploymentTarget['rolledBack']>,
): string {
  const back =
    follows === true
      ? `When its alias moves, the new revision gets the weight ${weight} again and is judged anew.`
      : 'It stays out until the targets are changed.'
  return `${reason} ${back}`
}

const toReplica = (replica: ReplicaStatus): ReplicaStatus => {
  const { id, state, reason, revision, observed, isKeeper, inFlight, targets, baseUrl, updatedAt } = replica
  return {
    id,
    state,
    ...(reason !== undefined && { reason }),
    revision,
    ...(observed !== undefined && { observed }),
    ...(isKeeper !== undefined && { isKeeper }),
    ...(inFlight !== undefined && { inFlight }),
    ...(targets !== undefined && { targets }),
    ...(baseUrl !== undefined && { baseUrl }),
    updatedAt,
  }
}

const saysOf = ({ state, isKeeper, targets = [] }: ReplicaStatus): ReplicaSays => ({
  state,
  isKeeper,
  isResident: targets.some(({ isResident, isShadow }) => isResident && isShadow !== true),
})
