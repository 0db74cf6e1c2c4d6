import type { DeploymentItem } from '../../shared/table/deployments.ts'
import { shareOf } from './choose-target.ts'

/**
 * Whether a replica is one of those that keep a deployment loaded, of which there are at most `max`. All replicas come to
 * the same by themselves, from who is there (rendezvous hashing): when one comes or goes, no more than one place changes.
 */
export function isKeeper({ item: { name, max }, self, replicas }: IsKeeper): boolean {
  if (max === undefined) return true
  const scoreOf = (replica: string) => shareOf(`${name}\0${replica}`)
  const own = scoreOf(self)
  const ahead = replicas.filter((replica) => {
    const score = scoreOf(replica)
    // By their names where the scores are the same, so that there is one order.
    return score > own || (score === own && replica > self)
  })
  return ahead.length < max
}

interface IsKeeper {
  item: Pick<DeploymentItem, 'name' | 'max'>
  self: string
  /** Who is in the pool by now, as far as is known here. */
  replicas: readonly string[]
}

/** The deployment as a replica serves it: one that is none of the keepers has it loaded by those who ask there. */
export const asServedHere = (item: DeploymentItem, keeps: boolean): DeploymentItem =>
  keeps || item.min === 0 ? item : { ...item, min: 0 }
