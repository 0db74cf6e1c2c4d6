import type { Operable } from '../../deployments/route.ts'

/** One entry of Triton's repository index: a deployment, whether it answers, and why not. */
export const indexEntry = (deployment: Pick<Operable, 'item' | 'state' | 'reason' | 'isUnloaded'>) => ({
  name: deployment.item.name,
  version: deployment.item.revision,
  ...stateOf(deployment),
})

/** In Triton's words. Where an older revision stands in for one that failed, it answers, and why is told besides. */
function stateOf({ state, reason = '', isUnloaded }: Pick<Operable, 'state' | 'reason' | 'isUnloaded'>) {
  if (state === 'LOADING') return { state, reason }
  if (state === 'PAUSED') return { state: 'UNAVAILABLE', reason: 'its deployment is paused' }
  if (state === 'FAILED') return { state: 'UNAVAILABLE', reason }
  if (isUnloaded) return { state: 'UNAVAILABLE', reason: 'unloaded' }
  return { state: 'READY', reason }
}
