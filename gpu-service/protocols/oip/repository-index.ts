import type { Operable } from '../../deployments/route.ts'

/** An entry of Triton's repository index: a deployment, whether it answers, and why not. */
export const indexEntry = (deployment: Pick<Operable, 'item' | 'state' | 'reason' | 'isUnloaded'>) => ({
  name: deployment.item.name,
  version: deployment.item.revision,
  ...stateOf(deployment),
})

/** Triton's states. Where an older revision stands in for a failed one it is ready, with the reason added. */
function stateOf({ state, reason = '', isUnloaded }: Pick<Operable, 'state' | 'reason' | 'isUnloaded'>) {
  if (state === 'LOADING') return { state, reason }
  if (state === 'PAUSED') return { state: 'UNAVAILABLE', reason: 'its deployment is paused' }
  if (state === 'FAILED') return { state: 'UNAVAILABLE', reason }
  if (isUnloaded) return { state: 'UNAVAILABLE', reason: 'unloaded' }
  return { state: 'READY', reason }
}
