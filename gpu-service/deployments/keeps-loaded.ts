import type { DeploymentItem } from '../../shared/table/deployments.ts'
import { shareOf } from './choose-target.ts'

/**
 * Whether a replica is one of the at most `max` that keep a deployment loaded. All replicas compute the same result
 * from the list of replicas (rendezvous hashing); when one joins or leaves, at most one keeper changes.
 */
export function keepsLoaded({ item: { name, max }, self, replicas }: KeepsLoaded): boolean {
  if (max === undefined) return true
  const scoreOf = (replica: string) => shareOf(`${name}\0${replica}`)
  const own = scoreOf(self)
  const ahead = replicas.filter((replica) => {
    const score = scoreOf(replica)
    // Breaks ties by name, so that the order is the same everywhere.
    return score > own || (score === own && replica > self)
  })
  return ahead.length < max
}

interface KeepsLoaded {
  item: Pick<DeploymentItem, 'name' | 'max'>
  self: string
  /** The replicas of the pool, as far as known here. */
  replicas: readonly string[]
}

/** A replica that is no keeper serves the deployment on demand. */
export const asServedHere = (item: DeploymentItem, keeps: boolean): DeploymentItem =>
  keeps || item.min === 0 ? item : { ...item, min: 0 }
