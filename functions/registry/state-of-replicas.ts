import type { ReplicaStatus } from '../../shared/contract/deployment.ts'

/** What one replica says of a deployment, or of one target of it. */
export interface ReplicaSays extends Pick<ReplicaStatus, 'state' | 'isKeeper'> {
  /** Whether it is in memory there, so that it has been loaded. */
  isResident: boolean
}

/** One replica that serves is enough to be ready; failed means that none serves or still tries. */
export function stateOfReplicas(replicas: readonly ReplicaSays[]): 'READY' | 'LOADING' | 'FAILED' | 'PENDING' {
  const keepers = replicas.filter(({ isKeeper }) => isKeeper !== false)
  const states = new Set(keepers.length > 0 ? keepers.map(({ state }) => state) : replicas.map(withoutKeepers))
  if (states.has('READY')) return 'READY'
  if (states.has('LOADING')) return 'LOADING'
  return states.has('FAILED') ? 'FAILED' : 'PENDING'
}

/** One that loads it only when it is asked answers for it before anybody knows whether it can be loaded. */
const withoutKeepers = ({ state, isResident }: ReplicaSays): ReplicaSays['state'] =>
  state === 'READY' && !isResident ? 'LOADING' : state
