import type { ReplicaStatus } from '../../shared/contract/deployment.ts'

/** One replica's report on a deployment, or on one of its targets. */
export interface ReplicaSays extends Pick<ReplicaStatus, 'state' | 'isKeeper'> {
  /** Whether the model is in its memory, and so was loaded. */
  isResident: boolean
}

/** One serving replica is enough to be ready; failed means that none serves or is still trying. */
export function stateOfReplicas(replicas: readonly ReplicaSays[]): 'READY' | 'LOADING' | 'FAILED' | 'PENDING' {
  const keepers = replicas.filter(({ isKeeper }) => isKeeper !== false)
  const states = new Set(keepers.length > 0 ? keepers.map(({ state }) => state) : replicas.map(withoutKeepers))
  if (states.has('READY')) return 'READY'
  if (states.has('LOADING')) return 'LOADING'
  return states.has('FAILED') ? 'FAILED' : 'PENDING'
}

/** A replica that loads on demand accepts requests before anybody knows whether the model loads. */
const withoutKeepers = ({ state, isResident }: ReplicaSays): ReplicaSays['state'] =>
  state === 'READY' && !isResident ? 'LOADING' : state
