import type { Operable } from '../../deployments/route.ts'

/** An entry of Triton's repository index: a deployment, whether it answers, and why not. */
export const indexEntry = (deployment: Pick<Operable, 'item' | 'state' | 'reason' | 'isUnloaded'>) => ({
  name: deployment.item.name,
  version: deployment.item.revision,
  ...stateOf(deployment),
})

/**
 * Triton's states. If an older revision answers in place of a failed one, the state is READY and the reason tells the
 * failure.
 */
function stateOf({ state, reason = '', isUnloaded }: Pick<Operable, 'state' | 'reason' | 'isUnloaded'>) {
  if (state === 'LOADING') return { state, reason }
  if (state === 'PAUSED') return { state: 'UNAVAILABLE', reason: 'its deployment is paused' }
  if (state === 'FAILED') return { state: 'UNAVAILABLE', reason }
  if (isUnloaded) return { state: 'UNAVAILABLE', reason: 'unloaded' }
  return { state: 'READY', reason }
}
