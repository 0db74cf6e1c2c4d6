import type { ReplicaStatus } from '../../shared/contract/deployment.ts'
import {
  type DeploymentItem,
  type DeploymentTarget,
  defaultPool,
  everyTargetOf,
  targetsOf,
} from '../../shared/table/deployment-item.ts'
import type { PoolReplica } from '../../shared/table/replicas.ts'
import { isBehind } from './observed-version.ts'

/** Describes, in sentences, where replicas serve something else than requested. */
export function driftOf({ item, replicas, alive }: Drift): string[] {
  const drift = everyTargetOf(item).flatMap(({ followFault }) => followFault ?? [])
  if (item.isPaused === true)
    return [...drift, ...replicas.filter(stillServes).map(({ id }) => `${id} still serves it.`)]
  const { pool = defaultPool, min = 1, max = min } = item
  // Replicas beyond that only load it on demand.
  const keepers = Math.min(min, max)
  const known = new Set(replicas.map(({ id }) => id))
  const unaware = alive.filter(({ id }) => !known.has(id)).map(({ id }) => `${id} does not know of it yet.`)
  const wanted = targetsOf(item).filter(({ weight = 1, rolledBack }) => weight > 0 && rolledBack === undefined)
  const off = replicas.flatMap((replica) => {
    const lines = wanted.flatMap((target) => offTarget(replica, target))
    const isSilent = lines.length === 0 && isBehind(item, replica)
    return isSilent ? [`${replica.id} does not follow version ${item.version} yet.`] : lines
  })
  const current = replicas.filter(({ isKeeper, revision }) => isKeeper !== false && revision === item.revision)
  const ready = current.filter(({ state }) => state === 'READY').length
  const few =
    alive.length === 0 && replicas.length === 0
      ? [`No replica of the pool "${pool}" is running.`]
      : ready < keepers
        ? [`${ready} of the ${keepers} replicas wanted ${ready === 1 ? 'answers' : 'answer'}.`]
        : []
  return [...drift, ...few, ...unaware, ...off]
}

interface Drift {
  item: DeploymentItem
  replicas: readonly ReplicaStatus[]
  alive: readonly PoolReplica[]
}

const stillServes = ({ state }: ReplicaStatus): boolean => state !== 'PAUSED'

/** Describes a replica's deviation from one target. A replica older than multiple targets only reports the first. */
function offTarget({ id, targets, revision, state, reason }: ReplicaStatus, wanted: DeploymentTarget): string[] {
  const told = targets ?? [{ target: wanted.target, revision, file: wanted.file, state, reason, isShadow: false }]
  const own = told.find((one) => one.revision === wanted.revision && one.file === wanted.file && one.isShadow !== true)
  const name = `${wanted.target} (${wanted.revision.slice(0, 12)}, ${wanted.file})`
  if (own === undefined) return [`${id} does not serve ${name} yet.`]
  if (own.state === 'READY') return []
  const standIn = 'standIn' in own && own.standIn !== undefined ? ` ${own.standIn.slice(0, 12)} answers instead.` : ''
  const why = own.reason === undefined ? '.' : `: ${own.reason}`
  return [`${id} has ${name} in the state ${own.state}${why}${standIn}`]
}
